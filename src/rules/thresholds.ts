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
    'How long the state may last before it counts as stuck. No RFC sets a limit; after 60 s a fully closed peer on Linux has forgotten the connection (tcp_fin_timeout), so a later FIN or write meets a reset.',
};

/** How long a held CLOSE-WAIT lasts before it is an error. */
export const ERROR_SECONDS: OptionSpec = {
  unit: 'seconds',
  default: 600,
  minimum: 1,
  maximum: WEEK,
  description:
    'From this length on it is an error: ten times the limit at which it is reported, by judgement. Unless set, it rises with that limit if that is larger.',
};

/** Retransmissions that are more than chance. */
export const MINIMUM_RETRANSMISSIONS: OptionSpec = {
  unit: 'count',
  default: 3,
  minimum: 1,
  maximum: 100,
  description: 'How many retransmissions count as a failure: RFC 9293 §3.8.3 puts its first limit at three.',
};

/** How long Linux keeps a connection that no program owns any more. */
export const ORPHAN_SECONDS: OptionSpec = {
  unit: 'seconds',
  default: 60,
  minimum: 1,
  maximum: WEEK,
  description: 'How long the peer keeps an orphaned FIN-WAIT-2: tcp_fin_timeout, 60 s on Linux.',
};
