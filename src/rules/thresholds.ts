import type { OptionSpec } from './rule.js';

/** Thresholds that several rules share, each with its reason. */

const WEEK = 604_800;

/** How long a side may leave the other's FIN unanswered. */
export const STUCK_SECONDS: OptionSpec = {
  unit: 'seconds',
  default: 60,
  minimum: 1,
  maximum: WEEK,
  description:
    'How long it may last before it counts as stuck. No RFC sets a limit; after 60 s Linux has forgotten a fully closed peer (tcp_fin_timeout), so that a later FIN or write meets a reset.',
};

/** From when on a held CLOSE-WAIT is an error. */
export const ERROR_SECONDS: OptionSpec = {
  unit: 'seconds',
  default: 600,
  minimum: 1,
  maximum: WEEK,
  description:
    'From when on it is an error: ten times the limit at which it is reported, by judgement. Unless set, it rises with that limit where that is larger.',
};

/** Retransmissions that are more than chance. */
export const MINIMUM_RETRANSMISSIONS: OptionSpec = {
  unit: 'count',
  default: 3,
  minimum: 1,
  maximum: 100,
  description: 'How many retransmissions count as a failure: RFC 9293 §3.8.3 puts its first limit at three.',
};

/** What Linux keeps of a connection that no program owns any more. */
export const ORPHAN_SECONDS: OptionSpec = {
  unit: 'seconds',
  default: 60,
  minimum: 1,
  maximum: WEEK,
  description: 'For how long the peer keeps an orphaned FIN-WAIT-2: tcp_fin_timeout, 60 s on Linux.',
};
