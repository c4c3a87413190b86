/** Pieces that several sections of the page share. */
import type { Connection } from '../../connections/connection.js';
import type { Severity } from '../../rules/finding.js';
import { escapeXml } from '../text/escape.js';

/** How many captures and frames are named at most, one after the other. */
export const MOST_CAPTURES = 50;
export const MOST_FRAMES = 40;

export function tag(severity: Severity): string {
  return `<span class="tag ${severity}">${severity}</span>`;
}

/** What tells the connection apart from its namesakes in other networks. */
export function networkOf({ network }: Connection): string {
  return network === '' ? '' : ` (${escapeXml(network)})`;
}
