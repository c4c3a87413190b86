import { describe, expect, it } from 'vitest';
import { conversation } from '../support/conversation.js';
import { finwait } from '../support/io.js';

const open = (time: number, port: number): string => `
  ${time}.00 C S  0   port=${port}
  ${time}.01 S SA 0 1 port=${port}
  ${time}.02 C A  1 1 port=${port}`;

describe('with room for three connections', () => {
  const limited = (script: string) => conversation(script, { maximumConnections: 3 });

  it('the one that has been idle for longest is given up for a fourth, and nothing else', () => {
    const connections = limited(`
      ${open(1, 40001)}${open(2, 40002)}${open(3, 40003)}
      4.0 C PA 1 1 +5 port=40001
      ${open(5, 40004)}
      6.0 C PA 1 1 +5 port=40003`);
    expect(connections.map(({ client, quality }) => [client.port, quality.evicted])).toEqual([
      [40001, false],
      [40002, true],
      [40003, false],
      [40004, false],
    ]);
  });

  it('what follows of it counts as another connection, from its middle', () => {
    const connections = limited(`
      ${open(1, 40001)}${open(2, 40002)}${open(3, 40003)}${open(4, 40004)}
      5.0 C PA 1 1 +5 port=40001`);
    expect(connections).toHaveLength(5);
    expect(connections[0].quality.evicted).toBe(true);
    expect(connections[4].client.port).toBe(40001);
    expect(connections[4].quality).toMatchObject({ midstream: true, evicted: false });
  });

  it('a connection that waits behind a new one on its 4-tuple goes with it', () => {
    const connections = limited(`
      ${open(1, 40001)}
      2.0 C S 0 isn=5000 port=40001
      ${open(3, 40002)}${open(4, 40003)}${open(5, 40004)}`);
    expect(connections.map(({ client }) => client.port)).toEqual([40001, 40001, 40002, 40003, 40004]);
    expect(connections.filter(({ quality }) => quality.evicted)).not.toHaveLength(0);
  });
});

describe('with room for one connection', () => {
  it('the next is its heir even where it takes over the ports of an open one', () => {
    const connections = conversation(
      `
      ${open(1, 40001)}
      2.0 C S 0 isn=5000 port=40001
      3.0 C S 0 isn=9000 port=40001`,
      { maximumConnections: 1 },
    );
    expect(connections.map(({ id, quality }) => [id, quality.evicted])).toEqual([
      [0, true],
      [1, true],
      [2, false],
    ]);
  });
});

describe('a flood of connections', () => {
  it('is held within the limit, and each is handed on once', () => {
    const script = Array.from(
      { length: 2000 },
      (_, port) => `0.${String(port).padStart(6, '0')} C S 0 port=${port}`,
    );
    const ids = conversation(script.join('\n'), { maximumConnections: 100 }).map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: 2000 }, (_, id) => id));
  });
});

describe('--max-connections', () => {
  const capture = 'fixtures/mixed-200/client.pcap';

  it('says how many were given up, in each report', async () => {
    const { stdout, code } = await finwait([capture, '--max-connections', '10'], { columns: 120 });
    expect(code).toBe(0);
    const [, given] = /connections at once: (\d+) idle connections evicted/.exec(stdout) ?? [];
    const json = JSON.parse((await finwait([capture, '--max-connections', '10', '-f', 'json'])).stdout);
    expect(json.captures[0].evicted).toBe(Number(given));
    expect(
      json.connections.filter(({ quality }: { quality: { evicted: boolean } }) => quality.evicted),
    ).toHaveLength(Number(given));
  });

  it.each([
    ['markdown', /connections at once: (\d+) idle connections evicted/],
    ['jira', /connections at once: (\d+) idle connections evicted/],
    ['html', /connections at once: (\d+) idle connections evicted/],
    ['sarif', /connections at once: (\d+) idle connections evicted/],
    ['slack', /connections at once: (\d+) idle connections evicted/],
    ['junit', /<system-out>too many connections at once: (\d+) idle connections evicted/],
    ['github', /^::warning file=.*,title=capture::too many connections at once: (\d+) idle/],
    ['ndjson', /"type":"capture",.*"evicted":([1-9]\d*)/],
  ])('and %s says so', async (format, pattern) => {
    const { stdout } = await finwait([capture, '--max-connections', '10', '-f', format]);
    const json = JSON.parse((await finwait([capture, '--max-connections', '10', '-f', 'json'])).stdout);
    expect(pattern.exec(stdout)?.[1]).toBe(String(json.captures[0].evicted));
    expect((await finwait([capture, '-f', format])).stdout).not.toMatch(pattern);
  });

  it('and CSV says which', async () => {
    const { stdout } = await finwait([capture, '--max-connections', '10', '-f', 'csv']);
    const json = JSON.parse((await finwait([capture, '--max-connections', '10', '-f', 'json'])).stdout);
    const [head, ...rows] = stdout.trimEnd().split('\r\n');
    expect(head).toMatch(/,evicted$/);
    expect(rows.filter((row) => row.endsWith(',true'))).toHaveLength(json.captures[0].evicted);
    expect(rows.filter((row) => row.endsWith(',false'))).toHaveLength(
      json.connections.length - json.captures[0].evicted,
    );
  });

  it('and watch says so at the end', async () => {
    const text = await finwait(['watch', capture, '--max-connections', '10']);
    const [, given] = /connections at once: (\d+) idle connections evicted/.exec(text.stdout) ?? [];
    const lines = await finwait(['watch', capture, '--max-connections', '10', '-f', 'ndjson']);
    const [last, summary] = lines.stdout
      .trimEnd()
      .split('\n')
      .slice(-2)
      .map((line) => JSON.parse(line));
    expect(last).toMatchObject({ type: 'capture', path: capture, evicted: Number(given) });
    expect(summary.type).toBe('summary');
  });

  it('gives none up unless it must', async () => {
    const json = JSON.parse((await finwait([capture, '-f', 'json'])).stdout);
    expect(json.captures[0].evicted).toBe(0);
  });

  it.each(['0', 'abc', '-3', '1e6', '2.5', ''])('cannot be %j', async (value) => {
    const { code, stderr } = await finwait([capture, '--max-connections', value]);
    expect(code).toBe(2);
    expect(stderr).toContain('it must be a whole number of at least 1\n');
  });
});
