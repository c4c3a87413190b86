import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/connections/connection.js';
import { Anonymizer } from '../../src/extract/anonymizer.js';
import { FrameRewriter } from '../../src/extract/frame-rewriter.js';
import { captureOfFrames, copyOf, framesOf, storyOf, type Told, tellOf } from '../support/extract.js';
import { captureOf, scenarios } from '../support/fixtures.js';
import { address } from '../support/packet-builder.js';

/** Link addresses of nobody, and of everybody. */
const NOBODYS: readonly string[] = ['000000000000', 'ffffffffffff'];
const KEY = Uint8Array.from({ length: 32 }, (_, i) => 7 * i + 1);

const ROLES: readonly Role[] = ['client', 'server'];

const captures = scenarios.flatMap((scenario) =>
  ROLES.map((vantage) => ({ name: `${scenario} at the ${vantage}`, path: captureOf(scenario, vantage) })),
);

function hexOf(octets: Uint8Array | readonly number[]): string {
  return Buffer.from(octets).toString('hex');
}

describe.each(captures)('$name', ({ path }) => {
  const bytes = readFileSync(path);
  const told = tellOf(bytes);
  const extracts = told.connections.map((connection) => ({
    connection,
    frames: framesOf(bytes, told, connection.id),
  }));

  it.each([
    { what: '', rewriter: null },
    { what: ', without payload', rewriter: new FrameRewriter({ stripPayload: true, addresses: null }) },
  ])('tells the same story of every connection in its extract$what', ({ rewriter }) => {
    expectSameStories(told, rewriter);
  });

  it('tells the same story of every connection in its anonymized extract, with the addresses of an anonymized report', () => {
    const anonymizer = new Anonymizer(KEY);
    const rewriter = new FrameRewriter({ stripPayload: true, addresses: anonymizer });
    const anonymous = tellOf(bytes, { anonymizer });
    expect(anonymous.findings.map(({ rule }) => rule)).toEqual(told.findings.map(({ rule }) => rule));
    expectSameStories(anonymous, rewriter);
  });

  it('leaves no address of any of its frames in an anonymized extract', () => {
    const rewriter = new FrameRewriter({ stripPayload: true, addresses: new Anonymizer(KEY) });
    for (const { connection, frames } of extracts) {
      const text = hexOf(
        captureOfFrames(
          frames.map((frame) => copyOf(rewriter.rewrite(frame)!)),
          told,
        ),
      );
      const hosts = [connection.client, connection.server].map((end) => hexOf(address(end.address)));
      for (const host of hosts) expect(hexOf(captureOfFrames(frames, told))).toContain(host);
      const cards = frames.flatMap(({ bytes, linkType }) =>
        linkType === 1 ? [hexOf(bytes.subarray(0, 6)), hexOf(bytes.subarray(6, 12))] : [],
      );
      for (const part of new Set([...hosts, ...cards])) {
        if (!NOBODYS.includes(part)) expect(text).not.toContain(part);
      }
    }
  });

  function expectSameStories(expected: Told, rewriter: FrameRewriter | null): void {
    for (const [place, { frames }] of extracts.entries()) {
      const connection = expected.connections[place];
      const rewritten = frames.map((frame) => (rewriter === null ? frame : copyOf(rewriter.rewrite(frame)!)));
      const again = tellOf(captureOfFrames(rewritten, told, connection), {
        numbers: frames.map(({ number }) => number),
      });
      const found = again.connections.find(({ firstFrame }) => firstFrame === connection.firstFrame)!;
      expect(storyOf(again, found), `connection ${connection.id}`).toBe(storyOf(expected, connection));
    }
  }
});
