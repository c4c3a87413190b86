/** How transitions and resets are packed into a journal entry's ten bits of detail. */

/** Evidence of a transition; see `Evidence` in `connection.ts`. */
export const OBSERVED = 0;
export const CONFIRMED = 1;
export const ASSUMED = 2;

const ROW_MASK = 0x1f;
const EVIDENCE_SHIFT = 5;
const EVIDENCE_MASK = 0x03 << EVIDENCE_SHIFT;
const RETRACTED = 0x80;
/** How many openings of the endpoint had been taken back; counting stops at `MAX_RETRACTED_OPENINGS`. */
const RETRACTED_OPENINGS_SHIFT = 8;
/** Assertions of the same opening that may be taken back before only the endpoint's own proof counts. */
export const MAX_RETRACTED_OPENINGS = 3;

export function detailOf(row: number, evidence: number): number {
  return row | (evidence << EVIDENCE_SHIFT);
}

/** Index in the transition table. */
export function rowOf(detail: number): number {
  return detail & ROW_MASK;
}

export function evidenceOf(detail: number): number {
  return (detail & EVIDENCE_MASK) >>> EVIDENCE_SHIFT;
}

export function withEvidence(detail: number, evidence: number): number {
  return (detail & ~EVIDENCE_MASK) | (evidence << EVIDENCE_SHIFT);
}

export function retracted(detail: number): number {
  return detail | RETRACTED;
}

export function isRetracted(detail: number): boolean {
  return (detail & RETRACTED) !== 0;
}

export function retractedOpeningsOf(detail: number): number {
  return detail >>> RETRACTED_OPENINGS_SHIFT;
}

export function withRetractedOpenings(detail: number, count: number): number {
  const others = detail & ((1 << RETRACTED_OPENINGS_SHIFT) - 1);
  return others | (Math.min(count, MAX_RETRACTED_OPENINGS) << RETRACTED_OPENINGS_SHIFT);
}

/** How the receiver of a reset treats it; see `Reset` in `connection.ts`. */
export const VERDICTS = [
  'accepted',
  'challenged',
  'out-of-window',
  'ignored',
  'no-connection',
  'undelivered',
] as const;
export const VERDICT_ACCEPTED = 0;
export const VERDICT_CHALLENGED = 1;
export const VERDICT_OUT_OF_WINDOW = 2;
export const VERDICT_IGNORED = 3;
export const VERDICT_NO_CONNECTION = 4;
export const VERDICT_UNDELIVERED = 5;

const VERDICT_MASK = 0x07;
const HAS_ACK = 0x08;
const OTHER_LINK_ADDRESS = 0x10;

export function packReset(verdict: number, hasAck: boolean, otherLinkAddress: boolean): number {
  return verdict | (hasAck ? HAS_ACK : 0) | (otherLinkAddress ? OTHER_LINK_ADDRESS : 0);
}

export function verdictOf(detail: number): number {
  return detail & VERDICT_MASK;
}

export function resetHasAck(detail: number): boolean {
  return (detail & HAS_ACK) !== 0;
}

export function hasOtherLinkAddress(detail: number): boolean {
  return (detail & OTHER_LINK_ADDRESS) !== 0;
}

/** In the value of an ICMP error, above its version, type and code: it quotes a number that was never sent. */
export const QUOTES_UNSENT = 1 << 24;
/** Or one that had been acknowledged, such as a keep-alive's. */
export const QUOTES_ACKNOWLEDGED = 1 << 25;
