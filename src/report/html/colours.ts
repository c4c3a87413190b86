import type { State } from '../../tcp/states.js';

/** The class of a state's colour: states of the same stage of a connection's life form one family. */
export const STATE_CLASSES: Readonly<Record<State, string>> = {
  LISTEN: 's-closed',
  'SYN-SENT': 's-open',
  'SYN-RECEIVED': 's-open',
  ESTABLISHED: 's-est',
  'FIN-WAIT-1': 's-fin1',
  'FIN-WAIT-2': 's-fin2',
  'CLOSE-WAIT': 's-cw',
  CLOSING: 's-last',
  'LAST-ACK': 's-last',
  'TIME-WAIT': 's-tw',
  CLOSED: 's-closed',
};

/** One of each family for the legend, in the order of a connection's life. */
export const LEGEND: readonly (readonly [name: string, className: string])[] = [
  ['SYN-SENT, SYN-RECEIVED', 's-open'],
  ['ESTABLISHED', 's-est'],
  ['FIN-WAIT-1', 's-fin1'],
  ['FIN-WAIT-2', 's-fin2'],
  ['CLOSE-WAIT', 's-cw'],
  ['CLOSING, LAST-ACK', 's-last'],
  ['TIME-WAIT', 's-tw'],
  ['CLOSED', 's-closed'],
];
