/** Single connections, drawn. */
import { secondsBetween } from '../../core/time.js';
import type { Exhibit } from '../dossier.js';
import { placeTransitions } from '../ladder/timeline-places.js';
import { type CaptureFacts, captureEnd } from '../reporter.js';
import { escapeXml } from '../text/escape.js';
import { clockTime, counted, elapsed, endpointName } from '../text/words.js';
import { LEGEND } from './colours.js';
import { networkOf, tag } from './elements.js';
import { ladderSvg } from './ladder-svg.js';
import type { Links } from './links.js';
import { stateBars } from './state-bar.js';

/** The colours of states, and the pattern that marks an assumed one. */
export function legend(): string {
  const swatch = (className: string): string =>
    `<svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true"><rect width="14" height="14" class="${className}"/></svg>`;
  const items = LEGEND.map(([name, className]) => `<li>${swatch(className)}${name}</li>`);
  const hatch = [
    '<svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">',
    '<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="7" class="hatch-line"/></pattern></defs>',
    '<rect width="14" height="14" class="s-tw"/><rect width="14" height="14" class="hatch"/></svg>',
  ].join('');
  return `<ul class="legend">${items.join('')}<li>${hatch}assumed: no segment proves it</li></ul>`;
}

/** A connection: its states, its segments, and its transitions. */
export function exhibit(
  { connection, findings }: Exhibit,
  captures: readonly CaptureFacts[],
  links: Links,
): string {
  const { id, client, server, start, end, capture, frames, vantage, quality } = connection;
  const until = quality.pausedAt ?? captureEnd(captures, capture) ?? end;
  const near =
    vantage.near === 'unknown'
      ? ''
      : `, captured ${vantage.near === 'between' ? 'between the two' : `near the ${vantage.near}`}`;
  const parts = [
    `<article class="exhibit" id="connection-${id}" aria-labelledby="h-connection-${id}">`,
    `<h3 id="h-connection-${id}">Connection ${id}${networkOf(connection)}: <span class="names">${escapeXml(`${endpointName(client)} ↔ ${endpointName(server)}`)}</span></h3>`,
    `<p class="meta">${clockTime(start)}, ${counted(frames, 'frame')}${near}${links.placeOf(capture)}${findings.length > 0 ? ` · ${findings.map(({ severity, rule }) => `${tag(severity)}${links.rule(rule)}`).join(' ')}` : ''}</p>`,
    `<div class="scroll bar-frame">${stateBars(connection, until)}</div>`,
  ];
  const rows = links.rowsOf(id);
  if (rows !== null) {
    const ladder = ladderSvg(connection, rows, {
      rowId: (frame) => `c${id}-f${frame}`,
      ruleId: (rule) => (links.hasCard(rule) ? `rule-${rule}` : null),
    });
    parts.push(
      `<div class="scroll" tabindex="0" role="region" aria-label="Segments of connection ${id}">`,
      `<svg width="${ladder.width}" height="${ladder.height}" viewBox="0 0 ${ladder.width} ${ladder.height}" role="img" aria-label="Segments of connection ${id} between the states of both endpoints">`,
      ladder.content,
      '</svg>',
      '</div>',
    );
  }
  parts.push(transitions(connection, links), '</article>');
  return parts.join('\n');
}

function transitions(connection: Exhibit['connection'], links: Links): string {
  const { id, client, server, start } = connection;
  const rows = [client, server]
    .flatMap((endpoint) =>
      placeTransitions(endpoint).map(({ entry, at }) => ({ role: endpoint.role, at: at ?? 0, ...entry })),
    )
    .sort((a, b) => secondsBetween(b.time, a.time) || a.at - b.at)
    .map(({ role, state, time, frame, copyFrame, cause, evidence, confirmedBy, retractedBy, section }) => {
      const how =
        retractedBy !== null
          ? `disproved by ${links.frame(id, retractedBy)}`
          : `${evidence}${confirmedBy ? ` by ${links.frame(id, confirmedBy)}` : ''}${copyFrame ? `, a later copy is ${links.frame(id, copyFrame)}` : ''}`;
      const name = retractedBy === null ? state : `<s>${state}</s>`;
      const source = `<a href="https://www.rfc-editor.org/rfc/rfc9293#section-${section}" rel="noreferrer">§${section}</a>`;
      return `<tr><td class="num">${elapsed(start, time)}</td><td class="num">${frame === null ? '' : links.frame(id, frame)}</td><td>${role}</td><td>${name}</td><td>${escapeXml(cause)}</td><td>${how}</td><td>${source}</td></tr>`;
    });
  const head = ['time', 'frame', 'endpoint', 'state', 'cause', 'evidence', 'RFC 9293'].map(
    (name, place) => `<th scope="col"${place < 2 ? ' class="num"' : ''}>${name}</th>`,
  );
  return `<details><summary>All transitions of connection ${id}</summary>\n<div class="scroll"><table>\n<thead><tr>${head.join('')}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table></div>\n</details>`;
}
