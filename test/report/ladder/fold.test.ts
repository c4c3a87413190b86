import { describe, expect, it } from 'vitest';
import { ACK, FIN } from '../../../src/decode/segment.js';
import { fold } from '../../../src/report/ladder/fold.js';
import type { LadderItem, LadderSegment } from '../../../src/report/ladder/recorder.js';
import { at } from '../../support/connection-builder.js';

/** Segments by a letter each: `d` data of the client, `a` an ACK of the server, `F` a FIN, `…` what was not kept. */
function items(text: string): LadderItem[] {
  return [...text].map((letter, place) => {
    if (letter === '…')
      return { omitted: { client: { segments: 100, payload: 1000 }, server: { segments: 50, payload: 0 } } };
    return {
      frame: place + 1,
      time: at(place),
      from: letter === 'a' ? 'server' : 'client',
      flags: letter === 'F' ? FIN | ACK : ACK,
      sequence: 1,
      acknowledgment: 1,
      payload: letter === 'd' ? 10 : 0,
      window: 500,
      note: null,
    };
  });
}

const isPlain = ({ flags }: LadderSegment): boolean => (flags & FIN) === 0;

function folded(text: string): string {
  return fold(items(text), isPlain)
    .map((item) => {
      if ('frame' in item) return text[item.frame - 1];
      const { client, server } = item.folded;
      return `(${client.segments}/${client.payload} ${server.segments}/${server.payload})`;
    })
    .join('');
}

describe('folding a ladder', () => {
  it.each([
    ['', ''],
    ['dadada', 'dadada'],
    ['dadadad', 'da(2/20 1/0)ad'],
    ['FdaFdaF', 'FdaFdaF'],
    ['FdadadadF', 'Fda(2/20 1/0)adF'],
    ['d…a', 'd(100/1000 50/0)a'],
    ['…', '(100/1000 50/0)'],
    ['F…daF', 'F(100/1000 50/0)daF'],
    ['dadad…F', 'da(102/1020 51/0)F'],
    ['d…a…dad', 'd(201/2010 101/0)ad'],
  ])('turns %j into %j', (text, expected) => {
    expect(folded(text)).toBe(expected);
  });

  it('tells when the folded part began and ended', () => {
    const [, , part] = fold(items('dadadadad'), isPlain);
    expect(part).toMatchObject({ from: at(2), to: at(6) });
    expect(fold(items('…'), isPlain)).toMatchObject([{ from: null, to: null }]);
  });
});
