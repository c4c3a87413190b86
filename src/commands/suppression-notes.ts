import { escapeControls } from '../report/text/escape.js';
import { counted } from '../report/text/words.js';
import type { Suppression, SuppressionUse } from '../rules/evaluation/suppressions.js';
import type { Io } from './io.js';

/** Says on stderr which suppressions have expired and, if `verbose`, what the others did. */
export function noteSuppressions(uses: readonly SuppressionUse[], verbose: boolean, io: Io): void {
  for (const [place, { suppression, findings, connections, expired }] of uses.entries()) {
    const note = (text: string): void => {
      const line = `finwait: suppression ${place + 1} (${nameOf(suppression)}) ${text}`;
      io.stderr.write(`${escapeControls(line)}\n`);
    };
    const done = [
      ...(findings > 0 ? [counted(findings, 'finding')] : []),
      ...(connections > 0 ? [`${counted(connections, 'connection')} from patterns`] : []),
    ];
    if (expired > 0) note(`expired on ${suppression.until}: what it covered is reported again`);
    if (!verbose) continue;
    if (done.length > 0) note(`withheld ${done.join(' and ')}: ${suppression.reason}`);
    else if (expired === 0) note('matched nothing');
  }
}

/** `close-wait-stuck at server 10.0.0.0/8 port 8080`. */
function nameOf({ rule, address, port, endpoint }: Suppression): string {
  const place = [endpoint, address, port === undefined ? undefined : `port ${port}`].filter(
    (part) => part !== undefined,
  );
  return place.length === 0 ? rule : `${rule} at ${place.join(' ')}`;
}
