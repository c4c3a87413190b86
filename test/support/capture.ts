import { readFileSync } from 'node:fs';
import { Analyzer } from '../../src/analyzer.js';
import { CaptureReader } from '../../src/capture/reader.js';
import type { Connection } from '../../src/connections/connection.js';

/** All connections of a capture file, in the order of their ids. */
export function connectionsIn(path: string): Connection[] {
  const connections: Connection[] = [];
  const analyzer = new Analyzer({ onConnection: (connection) => connections.push(connection) });
  const reader = new CaptureReader(analyzer.onFrame);
  reader.push(readFileSync(path));
  reader.end();
  analyzer.finish();
  return connections.sort((a, b) => a.id - b.id);
}
