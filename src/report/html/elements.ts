/** Pieces that several sections of the page have. */
import type { Connection } from '../../connections/connection.js';
import type { Severity } from '../../rules/finding.js';
import { escapeXml } from '../text/escape.js';

/** So many captures and frames are named one after the other, and no more. */
export const MOST_CAPTURES = 50;
export const MOST_FRAMES = 40;

export function tag(severity: Severity): string {
  return `<span class="tag ${severity}">${severity}</span>`;
}

/** What tells the connection from its namesakes in other networks. */
export function networkOf({ network }: Connection): string {
  return network === '' ? '' : ` (${escapeXml(network)})`;
}
