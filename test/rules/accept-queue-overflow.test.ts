import { acceptQueueOverflow } from '../../src/rules/accept-queue-overflow.js';
import { connection, happens, moment } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

function ignored(dataFrame: number | null, near: 'server' | 'client' = 'server', count = 3) {
  return connection({
    vantage: { near, confidence: 'high' },
    client: {
      payloadBytes: 100,
      unacknowledgedBytes: 100,
      lastNewData: dataFrame === null ? null : moment(0.05, dataFrame),
    },
    server: { milestones: [happens('syn-ack-repeated', 1, 6, { count, until: 7, lastFrame: 9 })] },
  });
}

testRule(acceptQueueOverflow, {
  fires: [
    {
      name: 'when the SYN-ACK is repeated after data',
      connection: ignored(4),
      end: 10,
      explanation: / sent the SYN-ACK again, 3 times in all, the last 7 s later in frame 9\./,
      likelyCauses: /A firewall on the host of 10\.0\.0\.2:8080(?!.*lost on the way)/s,
      applicationSees: /hangs until the connection is accepted or given up/,
      endpoint: 'server',
      confidence: 'inferred',
      frames: [2, 4, 6, 9],
      facts: { repetitions: 3, unacknowledgedBytes: 100 },
    },
    {
      name: 'and when it is repeated once',
      connection: ignored(4, 'server', 1),
      end: 10,
      explanation: / sent the SYN-ACK again, 7 s later in frame 9\./,
    },
    {
      name: 'as possible far from the server',
      connection: ignored(4, 'client'),
      end: 10,
      likelyCauses: /lost on the way/,
      confidence: 'possible',
    },
  ],
  silent: [
    { name: 'when only the acknowledgment may have been lost', connection: ignored(null), end: 10 },
    { name: 'when the data came after the last repetition', connection: ignored(12), end: 10 },
  ],
});
