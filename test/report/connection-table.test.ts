import { describe, expect, it } from 'vitest';
import { ConnectionTable } from '../../src/report/connection-table.js';
import { displayWidth } from '../../src/report/text/display-width.js';
import { PLAIN } from '../../src/report/text/palette.js';
import type { PlaceOf } from '../../src/report/text/words.js';
import { connection } from '../support/connection-builder.js';

const LONG = '2001:db8:2049:8b07:991d:ec85:28df:f629';

function drawn(width: number, places: PlaceOf | null = null): string {
  const table = new ConnectionTable();
  const plain = connection({});
  const client = { ...plain.client, address: LONG, port: 38514 };
  const server = { ...plain.server, address: '2001:db8::84', port: 443 };
  table.add({ ...plain, client, server }, []);
  return table.draw(PLAIN, width, places);
}

describe('the table of connections', () => {
  it('shows endpoints whole where there is room', () => {
    expect(drawn(120)).toContain(`[${LONG}]:38514`);
  });

  it.each([80, 60, 50])('fits into %i columns, and cuts endpoints inside, so that ports stay', (width) => {
    const lines = drawn(width).split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    const [client, server] = ['38514', '443'].map((port) => lines.find((line) => line.includes(port)));
    expect(client).toMatch(/\[2001.*…?.*f629\]:38514 /);
    expect(server).toMatch(/\[2001.*84\]:443 /);
  });

  it.each([120, 80, 60, 50])('fits into %i columns with long names of captures, which are whole', (width) => {
    const path = `/var/log/captures/${'部'.repeat(12)}/of the second of two.pcap`;
    const text = drawn(width, () => [path, 'stream 12']);
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    expect(text).toMatch(/ stream 12 /);
    // Down the column that names it.
    const column = text
      .split('\n')[1]
      .split('│')
      .findIndex((cell) => /^ (?:capture|connection)/.test(cell));
    const shown = text.split('\n').map((line) => line.split('│').at(column)?.trim() ?? '');
    expect(shown.join('').replaceAll(' ', '')).toContain(path.replaceAll(' ', ''));
  });
});
