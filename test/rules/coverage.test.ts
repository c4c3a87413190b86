/**
 * Every rule shows itself in a recorded or derived capture, is silent in one that comes close, and says what it
 * rests on. A rule that nothing in `fixtures/` can trigger would be a claim without a witness.
 */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../src/analysis.js';
import type { Role } from '../../src/connections/connection.js';
import { readCapture } from '../../src/node/read-capture.js';
import { CATALOG } from '../../src/rules/catalog.js';
import type { OptionValues, RuleDescription } from '../../src/rules/rule.js';
import { captureOf, scenarios, truthOf } from '../support/fixtures.js';

/** A capture that comes close to a rule, and why it is not one. */
interface Silent {
  readonly fixture: string;
  readonly capture: Role;
  readonly because: string;
}

const SILENT: Readonly<Record<string, Silent>> = {
  'close-wait-stuck': {
    fixture: 'capture-ended-early',
    capture: 'server',
    because: 'CLOSE-WAIT lasts only two seconds before the capture ends',
  },
  'fin-wait-2-stuck': {
    fixture: 'capture-ended-early',
    capture: 'client',
    because: 'FIN-WAIT-2 lasts only two seconds before the capture ends',
  },
  'fin-wait-2-timeout-late-fin': {
    fixture: 'close-wait-late',
    capture: 'client',
    because: 'the FIN comes as late, but the client still waits for it',
  },
  'half-close': {
    fixture: 'normal-close-client',
    capture: 'client',
    because: 'nothing is sent between the two FINs',
  },
  'half-close-stalled': {
    fixture: 'half-close',
    capture: 'server',
    because: 'the answer goes on to its end',
  },
  'fin-unacknowledged': {
    fixture: 'fin-lost',
    capture: 'client',
    because: 'the second copy of the FIN is acknowledged',
  },
  'last-ack-stuck': {
    fixture: 'last-ack-lost',
    capture: 'client',
    because: 'one repetition of the second FIN is enough',
  },
  'simultaneous-close': {
    fixture: 'three-segment-close',
    capture: 'client',
    because: 'the second FIN acknowledges the first',
  },
  'data-after-own-fin': {
    fixture: 'fin-lost',
    capture: 'client',
    because: 'the second FIN is a copy of the first',
  },
  'rst-active-abort': {
    fixture: 'client-abort-after-response',
    capture: 'client',
    because: 'the other side had closed, and everything was delivered',
  },
  'rst-on-write-after-close': {
    fixture: 'half-close',
    capture: 'client',
    because: 'the closer still takes the data that follow its FIN',
  },
  'rst-on-close-race': {
    fixture: 'stale-pooled-connection',
    capture: 'client',
    because: 'the writer had acknowledged the FIN before it wrote',
  },
  'rst-after-close-complete': {
    fixture: 'linger-zero',
    capture: 'client',
    because: 'no FIN came before the reset',
  },
  'rst-half-open-discovered': {
    fixture: 'rst-on-write-after-close',
    capture: 'client',
    because: 'a FIN came before the reset',
  },
  'connection-refused': {
    fixture: 'health-check',
    capture: 'client',
    because: 'the reset follows an open connection',
  },
  'rst-not-accepted': {
    fixture: 'linger-zero',
    capture: 'server',
    because: 'the reset is exact and ends the connection',
  },
  'rst-origin-suspect': {
    fixture: 'rst-overtakes-data',
    capture: 'client',
    because: 'the server sent the data after the reset before it aborted',
  },
  'rst-in-time-wait': {
    fixture: 'old-duplicate',
    capture: 'client',
    because: 'TIME-WAIT ignores the reset, whose number is an old one',
  },
  'tls-alert': {
    fixture: 'tls-close-notify',
    capture: 'client',
    because: 'the alerts are encrypted: their size suggests close_notify',
  },
  'undelivered-data-at-abort': {
    fixture: 'linger-zero',
    capture: 'client',
    because: 'everything was acknowledged before the reset',
  },
  'peer-unresponsive': {
    fixture: 'lossy-transfer',
    capture: 'server',
    because: 'retransmissions are answered',
  },
  'acknowledgments-lost': {
    fixture: 'pmtu-reduced',
    capture: 'server',
    because: 'one copy had been acknowledged before it came, and no other follows',
  },
  'retransmission-gave-up': {
    fixture: 'power-loss',
    capture: 'client',
    because: 'the capture ends before the next retransmission is due',
  },
  'keepalive-unanswered': {
    fixture: 'keepalive-answered',
    capture: 'client',
    because: 'every probe is answered',
  },
  'icmp-unreachable': {
    fixture: 'power-loss',
    capture: 'client',
    because: 'the path is as dead, but no router says so',
  },
  'idle-no-liveness-check': {
    fixture: 'idle-open',
    capture: 'client',
    because: 'the same connection is idle for seconds only',
  },
  'syn-unanswered': {
    fixture: 'syn-lost',
    capture: 'client',
    because: 'the second SYN is answered',
  },
  'handshake-delayed': {
    fixture: 'handshake-ack-lost',
    capture: 'client',
    because: 'the client was connected with the first SYN-ACK, and only its acknowledgment was lost',
  },
  'syn-ack-unanswered': {
    fixture: 'syn-ack-lost',
    capture: 'server',
    because: 'the second SYN-ACK is acknowledged',
  },
  'handshake-aborted': {
    fixture: 'linger-zero',
    capture: 'server',
    because: 'the connection had been used',
  },
  'accept-queue-overflow': {
    fixture: 'syn-ack-copy-late',
    capture: 'client',
    because: 'the SYN-ACK behind the data is a copy that comes late',
  },
  'fast-open-refused': {
    fixture: 'fast-open',
    capture: 'client',
    because: 'the SYN-ACK covers the data',
  },
  'half-open-syn-challenge': {
    fixture: 'port-reuse-time-wait',
    capture: 'server',
    because: 'the SYN meets TIME-WAIT, not an open connection',
  },
  'simultaneous-open': {
    fixture: 'split-handshake',
    capture: 'client',
    because: 'the second SYN answers the first',
  },
  'sack-elsewhere': {
    fixture: 'lossy-transfer',
    capture: 'server',
    because: 'its blocks are those of what was sent',
  },
  'self-connect': {
    fixture: 'simultaneous-open',
    capture: 'client',
    because: 'the SYNs cross, but of two hosts',
  },
  'split-handshake': {
    fixture: 'simultaneous-open',
    capture: 'client',
    because: 'the SYNs cross, and the server sends a SYN-ACK as well',
  },
  'time-wait-port-reuse': {
    fixture: 'half-open-syn',
    capture: 'server',
    because: 'the SYN meets an open connection, not TIME-WAIT',
  },
  'zero-window-stall': {
    fixture: 'zero-window-recovered',
    capture: 'client',
    because: 'the receiver reads on after three seconds',
  },
  'zero-window-probe-unanswered': {
    fixture: 'zero-window-stuck',
    capture: 'client',
    because: 'the window stays closed, but the probes are answered',
  },
  'pmtu-black-hole': {
    fixture: 'mtu-probing',
    capture: 'client',
    because: 'the path is as narrow, but smaller segments get through in the end',
  },
  'pmtu-reduced': {
    fixture: 'pmtu-black-hole',
    capture: 'client',
    because: 'the path is as narrow, but no router says so',
  },
  'close-wait-pileup': {
    fixture: 'close-wait-stuck',
    capture: 'server',
    because: 'one connection is no pile',
  },
  'idle-reset-interval': {
    fixture: 'host-restarted',
    capture: 'client',
    because: 'the silences differ and are short',
  },
  'answer-timeout': {
    fixture: 'mixed-200',
    capture: 'client',
    because: 'its clients leave with an answer, or right behind their last data',
  },
  'idle-close-interval': {
    fixture: 'endpoint-mass-close',
    capture: 'client',
    because: 'the server closes after the same silence, but at one moment',
  },
  'window-scale-lost': {
    fixture: 'window-scale-lost',
    capture: 'server',
    because: 'the option is taken out beyond this tap',
  },
  'turned-away': {
    fixture: 'closed-unanswered',
    capture: 'client',
    because: 'the server closes after it was asked for something',
  },
  'server-timeout': {
    fixture: 'closed-unanswered',
    capture: 'client',
    because: 'the server closes as late, but without a word',
  },
  'closed-unanswered': {
    fixture: 'answer-timeout',
    capture: 'client',
    because: 'the clients close, not the server',
  },
  'loss-bursts': {
    fixture: 'lossy-transfer',
    capture: 'client',
    because: 'one connection loses segments all the time',
  },
  'time-wait-port-pressure': {
    fixture: 'time-wait-port-pressure',
    capture: 'client',
    because: 'forty ports are few of those that a client usually has',
  },
  'peer-host-lost': {
    fixture: 'power-loss',
    capture: 'client',
    because: 'one connection may be one broken flow',
  },
  'endpoint-mass-close': {
    fixture: 'mixed-200',
    capture: 'client',
    because: 'its servers end each connection by its own business, one after another',
  },
  'nat-mapping-changed': {
    fixture: 'idle-reset-interval',
    capture: 'client',
    because: 'what was forgotten goes on under the same address and port',
  },
  'address-moved': {
    fixture: 'host-restarted',
    capture: 'server',
    because: 'the resets come from the MAC address that the host had before',
  },
  'host-restarted': {
    fixture: 'idle-reset-interval',
    capture: 'client',
    because: 'no single moment explains all of the resets',
  },
  'ecn-syn-unanswered': {
    fixture: 'syn-lost',
    capture: 'client',
    because: 'neither SYN asks for ECN',
  },
  'service-answers-others': {
    fixture: 'syn-unanswered',
    capture: 'client',
    because: 'no call to that port was answered',
  },
  'recurring-finding': {
    fixture: 'host-restarted',
    capture: 'client',
    because: 'three connections to one port are few, and another pattern stands for them',
  },
  'capture-midstream': {
    fixture: 'syn-ack-lost',
    capture: 'client',
    because: 'the handshake is there, though repeated',
  },
  'rst-carries-data': {
    fixture: 'linger-zero',
    capture: 'client',
    because: 'the reset that it is made of is empty',
  },
  'delivery-stall': {
    fixture: 'retransmission-storm',
    capture: 'server',
    because: 'each lost segment is repaired by its first or second copy',
  },
  'retransmission-storm': {
    fixture: 'lossy-transfer',
    capture: 'server',
    because: 'every ninth segment is lost, which is six in all',
  },
  'out-of-order-delivery': {
    fixture: 'lossy-transfer',
    capture: 'client',
    because: 'seven segments are overtaken, no more',
  },
  'capture-ended-early': {
    fixture: 'close-wait-stuck',
    capture: 'server',
    because: 'the capture is long enough for a verdict',
  },
  'capture-loss': {
    fixture: 'lossy-transfer',
    capture: 'client',
    because: 'segments are lost, but what is acknowledged is in the capture',
  },
  'capture-one-way': {
    fixture: 'syn-unanswered',
    capture: 'client',
    because: 'one direction is missing because nobody answers',
  },
  'capture-duplicates': {
    fixture: 'fin-lost',
    capture: 'client',
    because: 'the FIN is there twice because it was sent twice',
  },
  'capture-pause': {
    fixture: 'polling-beside-close-wait',
    capture: 'client',
    because: 'after each silence the connections go on where they were',
  },
  'capture-snaplen': {
    fixture: 'capture-loss',
    capture: 'client',
    because: 'octets are missing with their whole frame',
  },
  'capture-offload': {
    fixture: 'zero-window-recovered',
    capture: 'client',
    because: 'segments are as large as the MSS allows, and no larger',
  },
  'capture-clock': {
    fixture: 'idle-no-liveness-check',
    capture: 'client',
    because: 'time leaps forward, as silence has it',
  },
};

/** Ids of the rules and patterns that speak on a capture. */
async function speakersOn(path: string, rule: string, options: OptionValues = {}): Promise<Set<string>> {
  const speakers = new Set<string>();
  const analysis = new Analysis({
    rules: { options: { [rule]: options } },
    reporters: [
      {
        connection: (_, findings) => {
          for (const finding of findings) speakers.add(finding.rule);
        },
        end: ({ patterns }) => {
          for (const pattern of patterns) speakers.add(pattern.rule);
        },
      },
    ],
  });
  analysis.endCapture(await readCapture(path, analysis.begin()));
  analysis.finish();
  return speakers;
}

describe.each(CATALOG)('$id', (rule: RuleDescription) => {
  const { documentation } = rule;

  it('speaks in its example', async () => {
    const { fixture, capture, options } = documentation.example;
    expect(scenarios).toContain(fixture);
    expect(await speakersOn(captureOf(fixture, capture), rule.id, options)).toContain(rule.id);
  });

  it('has a counter-example', () => {
    expect(Object.keys(SILENT)).toContain(rule.id);
  });

  const silent = SILENT[rule.id];
  it.runIf(silent)(`is silent in ${silent?.fixture}, as ${silent?.because}`, async () => {
    const { fixture, capture } = silent;
    expect(scenarios).toContain(fixture);
    expect(await speakersOn(captureOf(fixture, capture), rule.id)).not.toContain(rule.id);
  });

  it('says what it rests on, and explains itself', () => {
    expect(rule.citations.length).toBeGreaterThan(0);
    for (const { source, says, url } of rule.citations) {
      for (const text of [source, says, url]) expect(text.trim()).not.toBe('');
    }
    const { meaning, applicationSees, proof, notThis, likelyCauses, nextSteps } = documentation;
    for (const list of [proof, notThis, likelyCauses, nextSteps]) expect(list.length).toBeGreaterThan(0);
    for (const text of [meaning, applicationSees, ...proof, ...notThis, ...likelyCauses, ...nextSteps]) {
      expect(text.trim()).not.toBe('');
    }
  });
});

describe('the counter-examples', () => {
  it('belong to rules that exist', () => {
    const ids = CATALOG.map(({ id }) => id);
    for (const id of Object.keys(SILENT)) expect(ids).toContain(id);
  });
});

describe.each(scenarios)('fixture %s', (scenario) => {
  it('has both captures and says what it shows', () => {
    for (const role of ['client', 'server'] as const)
      expect(existsSync(captureOf(scenario, role))).toBe(true);
    const { scenario: name, shows } = truthOf(scenario);
    expect(name).toBe(scenario);
    expect(shows).toMatch(/\.$/);
  });
});
