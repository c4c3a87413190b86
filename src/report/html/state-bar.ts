/** Both endpoints' states over time, one bar each. */
import type { Connection, Endpoint, Transition } from '../../connections/connection.js';
import { isKnown, secondsBetween, type Timestamp } from '../../core/time.js';
import { escapeXml } from '../text/escape.js';
import { endpointName, seconds } from '../text/words.js';
import { STATE_CLASSES } from './colours.js';

const WIDTH = 1000;
const LEFT = 10;
const BAR = 26;
const NAME = 18;
const ROW = BAR + NAME + 12;
const TICKS = 4;
/** Width of a character of the bars' font. */
const CHARACTER = 7.4;
/** So that even the shortest state can be seen. */
const LEAST = 2;
/** White letters are readable on these. */
const DARK: readonly string[] = ['s-est', 's-cw', 's-last', 's-tw'];

export function stateBars(connection: Connection, captureEnd: Timestamp): string {
  const { client, server, start } = connection;
  if (!isKnown(start) || !isKnown(captureEnd)) return '';
  const whole = Math.max(secondsBetween(start, captureEnd), 1e-6);
  const x = (time: Timestamp): number =>
    LEFT + (Math.min(whole, Math.max(0, secondsBetween(start, time))) / whole) * (WIDTH - 2 * LEFT);
  const height = 2 * ROW + 24;
  const bars = [client, server].map((endpoint, place) => bar(endpoint, place * ROW, captureEnd, x));
  return [
    `<svg class="bars" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="States of both endpoints of connection ${connection.id} over time">`,
    ...bars,
    ...axis(whole, 2 * ROW),
    '</svg>',
  ].join('\n');
}

function bar(endpoint: Endpoint, top: number, end: Timestamp, x: (time: Timestamp) => number): string {
  const entries = endpoint.timeline.filter(({ retractedBy }) => retractedBy === null);
  const parts = entries.map((entry, place) => {
    const until = entries[place + 1]?.time ?? end;
    const from = x(entry.time);
    return piece(entry, until, from, Math.max(LEAST, x(until) - from), top + NAME);
  });
  const name = escapeXml(`${endpoint.role} ${endpointName(endpoint)}`);
  return `<text x="${LEFT}" y="${top + 12}" class="dim">${name}</text>\n${parts.join('\n')}`;
}

function piece(
  { state, evidence, time, cause }: Transition,
  until: Timestamp,
  from: number,
  width: number,
  top: number,
): string {
  const className = STATE_CLASSES[state];
  const box = `x="${round(from)}" y="${top}" width="${round(width)}" height="${BAR}"`;
  const held = seconds(Math.max(0, secondsBetween(time, until)));
  const title = escapeXml(`${state} for ${held}: ${cause}, ${evidence}`);
  const hatch = evidence === 'assumed' ? `<rect ${box} class="hatch"/>` : '';
  const room = state.length * CHARACTER + 10 < width;
  const ink = DARK.includes(className) && evidence !== 'assumed' ? 'in' : 'on-light';
  const label = room
    ? `<text x="${round(from + 6)}" y="${top + BAR / 2 + 4}" class="${ink}">${state}</text>`
    : '';
  return `<g><title>${title}</title><rect ${box} class="${className}"/>${hatch}${label}</g>`;
}

function axis(whole: number, top: number): readonly string[] {
  return Array.from({ length: TICKS + 1 }, (_, tick) => {
    const at = LEFT + (tick / TICKS) * (WIDTH - 2 * LEFT);
    const anchor = tick === 0 ? 'start' : tick === TICKS ? 'end' : 'middle';
    return (
      `<line x1="${round(at)}" x2="${round(at)}" y1="${top - 6}" y2="${top}" class="axis"/>` +
      `<text x="${round(at)}" y="${top + 14}" text-anchor="${anchor}" class="dim">${seconds((whole * tick) / TICKS)}</text>`
    );
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
