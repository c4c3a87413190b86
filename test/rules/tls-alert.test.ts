import { tlsAlert } from '../../src/rules/tls-alert.js';
import { connection, happens } from '../support/connection-builder.js';
import { testRule } from '../support/rule-tester.js';

const alert = (value: number) => ({ milestones: [happens('tls-alert', 0.1, 7, { value })] });

testRule(tlsAlert, {
  fires: [
    {
      name: 'on the alert of a client',
      connection: connection({ client: alert(48) }),
      end: 1,
      endpoint: 'client',
      confidence: 'observed',
      title: '10.0.0.1:40000 ended the TLS handshake with 10.0.0.2:8080: unknown_ca',
      explanation: /^Frame 7, 100 ms after .*: unknown_ca \(48\)\. TCP had opened/,
      likelyCauses: /^The client does not know the authority .* of the server: [^\n]*$/,
      frames: [7],
      facts: { alert: 48, description: 'unknown_ca' },
    },
    {
      name: 'on that of a server, with what the clocks may have to do with it',
      connection: connection({ server: alert(45) }),
      end: 1,
      endpoint: 'server',
      title: '10.0.0.2:8080 ended the TLS handshake with 10.0.0.1:40000: certificate_expired',
      likelyCauses: /^The server rejects the certificate of the client: /,
      nextSteps: /-dates/,
    },
    {
      name: 'on one that libraries send for an unknown authority as well as for others',
      connection: connection({ client: alert(42) }),
      end: 1,
      likelyCauses:
        /^The client does not know the authority .*\nThe client rejects the certificate of the server/,
    },
    {
      name: 'on a number without a name',
      connection: connection({ server: alert(200) }),
      end: 1,
      title: '10.0.0.2:8080 ended the TLS handshake with 10.0.0.1:40000: alert 200',
      explanation: /: alert 200\. TCP/,
      likelyCauses: /^The server met an error of its own/,
      nextSteps: /^(?!.*-dates)/s,
      facts: { alert: 200 },
    },
  ],
  silent: [{ name: 'on a handshake without one', connection: connection(), end: 1 }],
});
