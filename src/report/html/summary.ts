/** The first section: the result, and the captures it is about. */

import { grouped } from '../../core/numbers.js';
import { SEVERITIES } from '../../rules/finding.js';
import { acquittalSentence } from '../acquittal.js';
import type { Dossier } from '../dossier.js';
import type { CaptureFacts } from '../reporter.js';
import { escapeXml } from '../text/escape.js';
import {
  captureName,
  comparison,
  counted,
  evictions,
  octets,
  omissions,
  remarks,
  span,
} from '../text/words.js';
import { byUrgency } from '../urgency.js';
import { MOST_CAPTURES } from './elements.js';

/** The worst of it, in a sentence. */
export function lead({ groups, end, delivery }: Dossier): string {
  const titles = [...end.patterns, ...groups.map(({ told: [{ finding }] }) => finding)];
  const [worst] = titles.sort(byUrgency);
  const text = acquittalSentence({ end, groups, delivery }) || (worst?.title ?? '');
  return text === '' ? '' : `<p class="lead">${escapeXml(text)}</p>\n`;
}

/** Figures, and what was read. */
export function summary({ captures, summary: found, patterns }: Dossier['end']): string {
  const gravest = SEVERITIES.find((severity) => patterns.some((pattern) => pattern.severity === severity));
  const figures = [
    figure('', grouped(found.connections), found.connections === 1 ? 'connection' : 'connections'),
    ...SEVERITIES.map((severity) => {
      const count = found.findings[severity];
      return figure(
        count > 0 ? severity : '',
        grouped(count),
        severity === 'info' || count === 1 ? severity : `${severity}s`,
      );
    }),
    ...(gravest === undefined
      ? []
      : [figure(gravest, grouped(patterns.length), patterns.length === 1 ? 'pattern' : 'patterns')]),
  ];
  const states = Object.entries(found.finalStates)
    .sort((a, b) => b[1] - a[1])
    .map(([state, count]) => `${grouped(count)} in ${state}`);
  const { baseline } = found;
  return [
    `<ul class="figures">${figures.join('')}</ul>`,
    ...(baseline === undefined
      ? []
      : [
          `<p><strong>${escapeXml(comparison(baseline))}</strong></p>`,
          baseline.goneTitles.length > 0
            ? `<ul>${baseline.goneTitles.map((title) => `<li>gone: ${escapeXml(title)}</li>`).join('')}</ul>`
            : '',
        ]),
    ...(states.length > 0 ? [`<p class="soft">Endpoints ended ${states.join(', ')}.</p>`] : []),
    `<ul class="captures">${captures.slice(0, MOST_CAPTURES).map(captureItem).join('\n')}</ul>`,
    ...(captures.length > MOST_CAPTURES
      ? [`<p class="soft">and ${counted(captures.length - MOST_CAPTURES, 'more capture')}</p>`]
      : []),
  ].join('\n');
}

function figure(className: string, value: string, name: string): string {
  return `<li${className === '' ? '' : ` class="${className}"`}><b>${value}</b>${name}</li>`;
}

function captureItem(facts: CaptureFacts): string {
  const { path, format, damage, dropped, evicted } = facts;
  const size = `${counted(facts.frames, 'frame')}, ${counted(facts.tcpSegments, 'TCP segment')}, ${octets(facts.bytes)}`;
  const when = facts.frames === 0 ? '' : `, ${span(facts)}`;
  const notes = [
    ...(damage === null
      ? []
      : [
          `Damaged at byte ${grouped(damage.offset)}, frame ${grouped(damage.frame)}: ${damage.message}. Everything before that was analysed.`,
        ]),
    ...(dropped !== null && dropped > 0 ? [`The capturing host dropped ${counted(dropped, 'frame')}.`] : []),
    ...(evicted > 0 ? [evictions(facts)] : []),
    ...omissions(facts),
  ];
  const noted = remarks(facts).map((remark) => `<br><span class="soft">${escapeXml(remark)}</span>`);
  return `<li><code>${escapeXml(captureName(path))}</code> <span class="soft">${format}, ${size}${when}</span>${noted.join('')}${notes.map((note) => `<br><span class="bad">${escapeXml(note)}</span>`).join('')}</li>`;
}
