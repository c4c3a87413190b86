import { ecnSynUnanswered } from '../../src/rules/ecn-syn-unanswered.js';
import { connectionOf } from '../support/conversation.js';
import { testRule } from '../support/rule-tester.js';

const REST = `
        1.02 S SA  0 1
        1.03 C A   1 1`;

testRule(ecnSynUnanswered, {
  fires: [
    {
      name: 'on a SYN that is answered only without ECN',
      connection: connectionOf(`
        0.00 C SEC 0
        1.00 C S   0${REST}`),
      end: 2,
      endpoint: 'client',
      severity: 'info',
      confidence: 'possible',
      title: '10.0.0.2:8080 answered 10.0.0.1:40000 only when its SYN asked for ECN no longer',
      frames: [1, 2, 3],
      facts: { seconds: 1.02, withoutEcn: 1 },
    },
  ],
  silent: [
    {
      name: 'when the repetition asks for it as well',
      connection: connectionOf(`
        0.00 C SEC 0
        1.00 C SEC 0${REST}`),
      end: 2,
    },
    {
      name: 'when no SYN asks for it',
      connection: connectionOf(`
        0.00 C S   0
        1.00 C S   0${REST}`),
      end: 2,
    },
    {
      name: 'when the first SYN was answered, late',
      connection: connectionOf(`
        0.00 C SEC 0
        0.99 S SAE 0 1
        1.00 C S   0
        1.03 C A   1 1`),
      end: 2,
    },
    {
      name: 'when neither was answered',
      connection: connectionOf(`
        0.00 C SEC 0
        1.00 C S   0`),
      end: 20,
    },
  ],
});
