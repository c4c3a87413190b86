import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/connections/connection.js';
import { Selection } from '../../src/extract/selection.js';
import { at, connection, enters } from '../support/connection-builder.js';

const closed = { after: [enters('CLOSED', 2, 5)] };

function open(id: number, from: number, to: number, pauses: { resumedAt?: number; pausedAt?: number }) {
  const { resumedAt, pausedAt } = pauses;
  return {
    ...connection({
      id,
      quality: {
        midstream: resumedAt !== undefined,
        resumedAt: resumedAt === undefined ? null : at(resumedAt),
        pausedAt: pausedAt === undefined ? null : at(pausedAt),
      },
    }),
    start: at(from),
    end: at(to),
  };
}

function over(id: number, from: number, to: number) {
  return { ...connection({ id, client: closed, server: closed }), start: at(from), end: at(to) };
}

function boundsOf(...connections: readonly Connection[]) {
  const selection = new Selection(
    connections.map(({ id }) => id),
    [],
  );
  for (const each of connections) selection.connection(each, []);
  const { resumedAt, pausedAt } = selection;
  return { resumedAt, pausedAt };
}

const inBetween = open(0, 110, 120, { resumedAt: 100, pausedAt: 200 });

describe('an extract of several connections', () => {
  it('lies between the pauses beside them all', () => {
    const another = open(1, 310, 320, { resumedAt: 300, pausedAt: 400 });
    expect(boundsOf(inBetween, another)).toEqual({ resumedAt: at(100), pausedAt: at(400) });
    expect(boundsOf(another, inBetween)).toEqual({ resumedAt: at(100), pausedAt: at(400) });
  });

  it('and of those that are over or begin there', () => {
    const bounds = { resumedAt: at(100), pausedAt: at(200) };
    expect(boundsOf(inBetween, over(1, 115, 130))).toEqual(bounds);
    expect(boundsOf(over(1, 115, 130), inBetween)).toEqual(bounds);
    expect(boundsOf(inBetween, open(1, 115, 130, { pausedAt: 200 }))).toEqual(bounds);
  });

  it('but goes on where one of them lasts longer, or was there before', () => {
    expect(boundsOf(inBetween, over(1, 115, 250))).toEqual({ resumedAt: at(100), pausedAt: null });
    expect(boundsOf(inBetween, open(1, 115, 130, {}))).toEqual({ resumedAt: at(100), pausedAt: null });
    expect(boundsOf(inBetween, over(1, 50, 130))).toEqual({ resumedAt: null, pausedAt: at(200) });
  });
});
