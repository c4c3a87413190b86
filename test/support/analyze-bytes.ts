import { Analysis } from '../../src/analysis.js';
import { CaptureReader } from '../../src/capture/reader.js';
import type { Connection } from '../../src/connections/connection.js';
import type { AnalysisResult } from '../../src/library.js';
import type { Finding } from '../../src/rules/finding.js';

/** What the octets of one uncompressed capture show, at once: `analyze` gives the event loop its turns. */
export function analyzeBytes(bytes: Uint8Array): AnalysisResult {
  const found: { readonly connection: Connection; readonly findings: readonly Finding[] }[] = [];
  const reporter = {
    connection: (connection: Connection, findings: readonly Finding[]): void => {
      found.push({ connection, findings });
    },
    end: (): void => {},
  };
  const analysis = new Analysis({ reporters: [reporter] });
  const reader = new CaptureReader(analysis.begin());
  reader.push(bytes);
  reader.end();
  analysis.endCapture({ path: '', compression: null, ...reader.facts() });
  const end = analysis.finish();
  found.sort((a, b) => a.connection.id - b.connection.id);
  return {
    ...end,
    connections: found.map(({ connection }) => connection),
    findings: found.flatMap(({ findings }) => findings),
  };
}
