import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { broken } from './broken.js';

const SCHEMA = new URL('../../schema/report-1.schema.json', import.meta.url);
const validate = new Ajv2020({ allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(SCHEMA, 'utf8')) as object,
);

/** The report must be JSON that fits its schema, without negative durations. */
export function checkJson(text: string): void {
  const report: unknown = JSON.parse(text);
  if (!validate(report)) {
    const [{ instancePath, message }] = validate.errors ?? [];
    broken(`the JSON report is not by its schema: ${instancePath} ${message}`);
  }
  checkDurations(report, '');
}

/** Every line must be JSON. */
export function checkNdjson(text: string): void {
  for (const line of text.trimEnd().split('\n')) JSON.parse(line);
}

function checkDurations(value: unknown, path: string): void {
  if (typeof value === 'string' && /(?<![\w.^–-])[-−]\d[\d.,]* ?(?:ns|µs|us|ms|s|min|h|d)\b/.test(value))
    broken(`${path} speaks of a negative duration: ${value}`);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (/seconds$/i.test(key) && typeof member === 'number' && !(member >= 0))
      broken(`${path}/${key} is ${member}`);
    checkDurations(member, `${path}/${key}`);
  }
}
