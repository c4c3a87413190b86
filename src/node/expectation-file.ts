import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  type Document,
  isMap,
  isSeq,
  type Node,
  parseDocument,
  Scalar,
  stringify,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import { type Expectation, readExpectation } from '../check/expectation.js';
import type { Path } from '../config/problems.js';
import { ConfigError, parseNamed, readText } from './settings-text.js';

const ENDINGS = ['.expect.yaml', '.expect.yml', '.expect.json'] as const;

/** The expectation beside a capture. */
export interface ExpectationFile {
  readonly path: string;
  readonly expectation: Expectation;
  /** The same as plain values, as it was read. */
  readonly value: Readonly<Record<string, unknown>>;
  /** The line, from 1, on which the part at `path` is. */
  readonly lineOf: (path: Path) => number;
}

/** Where a new expectation for `capture` goes. */
export function newExpectationPath(capture: string): string {
  return `${capture}${ENDINGS[0]}`;
}

/** Where the expectation for `capture` is; null if there is none. */
export function expectationPath(capture: string): string | null {
  const found = ENDINGS.map((ending) => `${capture}${ending}`).filter((path) => existsSync(path));
  if (found.length > 1) throw new ConfigError([`${capture} has ${found.join(' and ')}: keep one of them`]);
  return found[0] ?? null;
}

/** The capture that an expectation file is for; null if that is not its name. */
export function captureOfExpectation(path: string): string | null {
  const ending = ENDINGS.find((candidate) => path.endsWith(candidate));
  return ending === undefined ? null : path.slice(0, -ending.length);
}

/** @throws ConfigError */
export async function readExpectationFile(path: string): Promise<ExpectationFile> {
  const { value, locate } = await parseNamed(readText(path, path), extname(path), path);
  const { expectation, problems } = readExpectation(value);
  if (problems.length > 0) {
    throw new ConfigError(
      problems.map((problem) => {
        const { line, column } = locate(problem.path, problem.atKey);
        return `${path}:${line}:${column}: ${problem.message}`;
      }),
    );
  }
  return {
    path,
    expectation,
    value: value as Readonly<Record<string, unknown>>,
    lineOf: (place) => locate(place, false).line,
  };
}

export function writeNewExpectation(path: string, value: unknown): void {
  writeFileSync(path, extname(path) === '.json' ? jsonText(value) : yamlText(value), { flag: 'wx' });
}

/** Replaces the file's content by `value`. Comments stay with what they are about. False if nothing had to change. */
export function updateExpectation(file: ExpectationFile, value: unknown): boolean {
  if (isDeepStrictEqual(file.value, value)) return false;
  if (extname(file.path) === '.json') {
    writeFileSync(file.path, jsonText(value));
    return true;
  }
  const document = parseDocument(readFileSync(file.path, 'utf8'));
  document.contents = reconciled(document, document.contents, value) as typeof document.contents;
  writeFileSync(file.path, document.toString(STYLE));
  return true;
}

/** Lists of states stay on one line if they fit. */
const STYLE = { lineWidth: 110, flowCollectionPadding: false } as const;

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function yamlText(value: unknown): string {
  const document = parseDocument(stringify(value));
  inFlow(document.contents);
  return document.toString(STYLE);
}

/** Lists of plain values, and mappings of them inside lists, are easier to read on one line. */
function inFlow(node: unknown, depth = 0): void {
  if (isSeq(node)) {
    node.flow = node.items.every((item) => item instanceof Scalar);
    for (const item of node.items) inFlow(item, depth + 1);
  } else if (isMap(node)) {
    node.flow = depth > 1 && node.items.every(({ value }) => value instanceof Scalar);
    for (const { value } of node.items) inFlow(value, depth + 1);
  }
}

/** `node` with the content `value`: what is the same stays the same node, with its comments and its style. */
function reconciled(document: Document, node: unknown, value: unknown): unknown {
  if (isMap(node) && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const wanted = Object.entries(value);
    node.items = node.items.filter(({ key }) => wanted.some(([name]) => name === String(key)));
    for (const [name, content] of wanted) {
      node.set(document.createNode(name), reconciled(document, node.get(name, true), content));
    }
    return node;
  }
  if (isSeq(node) && Array.isArray(value)) {
    const left = [...node.items];
    node.items = value.map((content) => {
      const same = left.findIndex((item) => isDeepStrictEqual((item as Node).toJS(document), content));
      return same >= 0 ? left.splice(same, 1)[0] : fresh(document, content, node.flow !== true);
    });
    return node;
  }
  if (node instanceof Scalar && (typeof value !== 'object' || value === null)) {
    node.value = value;
    return node;
  }
  return fresh(document, value, true);
}

function fresh(document: Document, value: unknown, mayFlow: boolean): unknown {
  const node = document.createNode(value);
  if (mayFlow && (node instanceof YAMLMap || node instanceof YAMLSeq)) inFlow(node, 2);
  return node;
}
