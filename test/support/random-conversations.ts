import { ACK, FIN, PSH, RST, SYN } from '../../src/decode/segment.js';
import { type BuiltFrame, pcap } from './capture-builder.js';
import { ethernet, ipv4, option, tcp } from './packet-builder.js';

const START = 1_700_000_000_000_000_000n;
/** Gaps between segments in microseconds: around every time that decides something. */
const GAPS = [5, 50, 300, 1500, 4000, 9000, 15_000, 25_000, 200_000, 1_000_000];

/** A repeatable source of numbers from 0 to 1. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A capture of conversations that no sane stack would have: loss, repetition, windows that open and close,
 * acknowledgments of what was never sent, with and without a handshake.
 */
export function randomConversations(seed: number, count: number): Uint8Array {
  const random = randomFrom(seed);
  const pick = <T>(...values: readonly T[]): T => values[Math.floor(random() * values.length)];
  const frames: BuiltFrame[] = [];

  const converse = (number: number): void => {
    let now = START + BigInt(number) * 1_000_000n;
    const first = [Math.floor(random() * 2 ** 32), Math.floor(random() * 2 ** 32)];
    const scales = [pick(null, 0, 2, 7), pick(null, 0, 2, 7)];
    const windows = [1000, 1000];
    const next = [1, 1];
    const received = [1, 1];
    const sent: [number, number][][] = [[], []];
    const wait = (microseconds: number): void => {
      now += BigInt(microseconds) * 1000n;
    };
    const send = (x: number, flags: number, sequence: number, length = 0): void => {
      const scale = scales[x];
      const isSyn = (flags & SYN) !== 0;
      const segment = tcp({
        sourcePort: x === 0 ? 30_000 + number : 80,
        destinationPort: x === 0 ? 80 : 30_000 + number,
        sequence: (first[x] + sequence) >>> 0,
        acknowledgment: (flags & ACK) !== 0 ? (first[1 - x] + received[x]) >>> 0 : 0,
        flags,
        window: windows[x],
        options: isSyn && scale !== null ? [...option.nop, ...option.windowScale(scale)] : [],
        payload: new Uint8Array(length),
      });
      const [source, destination] = x === 0 ? ['10.0.0.1', '10.0.0.2'] : ['10.0.0.2', '10.0.0.1'];
      const data = ethernet(ipv4(segment, { source, destination, id: 1 + (frames.length % 65_000) }));
      frames.push({ data, time: now });
    };

    const handshake = random() < 0.8;
    if (handshake) {
      send(0, SYN, 0);
      wait(pick(100, 5000, 11_000));
      if (random() < 0.05) send(0, SYN, 0);
      if (random() < 0.97) {
        send(1, SYN | ACK, 0);
        wait(pick(100, 5000));
        if (random() < 0.05) send(1, SYN | ACK, 0);
        send(0, ACK, 1);
      }
    }
    for (let step = 5 + Math.floor(random() * 35); step > 0; step--) {
      wait(pick(...GAPS));
      const x = pick(0, 1);
      const y = 1 - x;
      if (random() < 0.12) windows[x] = pick(0, 0, 500, 1000, 1001, 20);
      const dice = random();
      if (dice < 0.3) {
        const scaled = handshake && scales[0] !== null && scales[1] !== null ? (scales[y] as number) : 0;
        const room = received[y] + (windows[y] << scaled) - next[x];
        const length = random() < 0.2 && room > 0 && room < 3000 ? room : pick(1, 1, 2, 20, 500);
        if (random() < 0.1) next[x] += pick(1, 20, 500);
        send(x, PSH | ACK, next[x], length);
        sent[x].push([next[x], length]);
        next[x] += length;
        if (random() < 0.7) received[y] = next[x];
      } else if (dice < 0.45 && sent[x].length > 0) {
        const [sequence, length] = pick(...sent[x].slice(-4));
        send(x, ACK, sequence, length + pick(0, 0, 0, 1, 30));
      } else if (dice < 0.5) send(x, ACK, next[x] - 1, pick(0, 1, 1, 5));
      else if (dice < 0.53) send(x, FIN | ACK, next[x], pick(0, 0, 10));
      else if (dice < 0.54) send(x, pick(RST, RST | ACK), next[x]);
      else if (dice < 0.57) {
        received[x] += pick(1, 1, 20, 500);
        send(x, ACK, next[x]);
      } else if (dice < 0.6) {
        received[x] = next[y];
        send(x, ACK, next[x]);
      } else if (dice < 0.62) send(x, ACK, received[y], pick(1, 20, 500));
      else send(x, ACK, next[x]);
    }
  };

  for (let number = 0; number < count; number++) converse(number);
  return pcap(frames.sort((a, b) => Number(a.time - b.time)));
}
