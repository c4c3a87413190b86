import { expect, it } from 'vitest';
import { socketsIn } from '../../fixtures/record/socket-table.js';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const REST = '00000000:00000000 03:0000176A 00000000     0        0 0 3 000000001fc70ef7';

it('tells the state of each connection', () => {
  const table = [
    HEAD,
    `   0: 0201090A:1F90 00000000:0000 0A ${REST}`,
    `   1: 0101090A:9C40 0201090A:1F90 06 ${REST}`,
    `   2: 0201090A:1F90 0101090A:9C41 03 ${REST}`,
    '',
  ].join('\n');
  expect(socketsIn(table)).toEqual([
    ['10.9.1.1 40000 10.9.1.2 8080', 'TIME-WAIT'],
    ['10.9.1.2 8080 10.9.1.1 40001', 'SYN-RECEIVED'],
  ]);
});

it('reads IPv6 addresses', () => {
  const [client, server] = ['130009FD000000000000000001000000', '130009FD000000000000000002000000'];
  expect(socketsIn(`${HEAD}\n   0: ${client}:9C40 ${server}:1F90 05 ${REST}\n`)).toEqual([
    ['fd09:13::1 40000 fd09:13::2 8080', 'FIN-WAIT-2'],
  ]);
});
