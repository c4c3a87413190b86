import { grouped } from '../../core/numbers.js';
import type { Dossier } from '../dossier.js';
import { escapeXml } from '../text/escape.js';
import { counted, placesIn, timelineCommand, UNKNOWN_TIME } from '../text/words.js';
import { FIXED_SPACE } from '../text/wrap.js';
import { tag } from './elements.js';
import type { Links } from './links.js';

/** The list of the worst connections. */
export function connectionList({ rows, end }: Dossier, links: Links): string {
  const more = end.summary.connections - rows.length;
  const isNamed = rows.some(({ network }) => network !== '');
  const places = placesIn(end.captures);
  const names = ['client', 'ended in', 'server', 'ended in', 'frames', 'active (s)', 'findings'];
  const head = ['#', ...(places === null ? [] : ['capture']), ...(isNamed ? ['network'] : []), ...names].map(
    (name) =>
      `<th scope="col"${['#', 'frames', 'active (s)'].includes(name) ? ' class="num"' : ''}>${name}</th>`,
  );
  const lines = rows.map((row) => {
    const findings = row.findings.map(({ severity, rule }) => `${tag(severity)}${links.rule(rule)}`);
    const id = links.hasLadder(row.id) ? `<a href="#connection-${row.id}">${row.id}</a>` : String(row.id);
    const capture = places === null ? '' : `<td class="place">${placeIn(...places(row))}</td>`;
    const network = isNamed ? `<td>${escapeXml(row.network)}</td>` : '';
    const active = Number.isNaN(row.seconds)
      ? `<td class="num">${UNKNOWN_TIME}</td>`
      : `<td class="num" data-value="${row.seconds}">${row.seconds.toFixed(3)}</td>`;
    return `<tr><td class="num" data-value="${row.id}">${id}</td>${capture}${network}<td class="names">${escapeXml(row.client)}</td><td>${row.clientState}</td><td class="names">${escapeXml(row.server)}</td><td>${row.serverState}</td><td class="num" data-value="${row.frames}">${grouped(row.frames)}</td>${active}<td>${findings.join('<br>')}</td></tr>`;
  });
  const [worst] = rows;
  return [
    more > 0
      ? `<p class="soft">The worst ${grouped(rows.length)}; ${counted(more, 'more connection')} in the JSON report.</p>`
      : '',
    '<div class="tools" id="list-tools" hidden><label for="list-search">Search</label><input type="search" id="list-search" placeholder="address, port, state, rule"><span class="soft" id="list-count" role="status"></span></div>',
    `<div class="scroll" tabindex="0" role="region" aria-label="Connections"><table id="list">\n<thead><tr>${head.join('')}</tr></thead>\n<tbody>\n${lines.join('\n')}\n</tbody>\n</table></div>`,
    worst === undefined
      ? ''
      : `<p class="soft">Segment by segment: <code>${escapeXml(timelineCommand(end.captures, worst))}</code></p>`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function placeIn(name: string, ...stream: readonly string[]): string {
  const lines = [
    `<code>${escapeXml(name)}</code>`,
    ...stream.map((text) => text.replaceAll(' ', FIXED_SPACE)),
  ];
  return lines.join('<br>');
}
