import { readFileSync } from 'node:fs';
import { Analysis } from '../../src/analysis.js';
import { CaptureReader } from '../../src/capture/reader.js';
import { MemorySpool, type Reporter, type Write } from '../../src/report/reporter.js';

/** What a reporter writes about a capture file, analysed with all rules. */
export function reportOn(path: string, create: (write: Write, spool: MemorySpool) => Reporter): string {
  let text = '';
  const reporter = create((part) => {
    text += textOf(part);
  }, new MemorySpool());
  const analysis = new Analysis({ reporters: [reporter] });
  const reader = new CaptureReader(analysis.begin());
  reader.push(readFileSync(path));
  reader.end();
  analysis.endCapture({ path, compression: null, ...reader.facts() });
  analysis.finish();
  return text;
}

/** What was written, whether as text or as its octets. Parts end between characters: JSON is ASCII. */
export function textOf(part: string | Uint8Array): string {
  return typeof part === 'string' ? part : Buffer.from(part).toString();
}
