import type {
  ArtifactLocation,
  Location,
  Log,
  LogicalLocation,
  Notification,
  PropertyBag,
  ReportingDescriptor,
  Result,
} from 'sarif';
import type { Connection } from '../connections/connection.js';
import { formatEndpoint } from '../core/addresses.js';
import { grouped } from '../core/numbers.js';
import { CATALOG } from '../rules/catalog.js';
import { generalDocumentation } from '../rules/documentation.js';
import {
  FINGERPRINT_VERSION,
  fingerprintOf,
  PATTERN_FINGERPRINT_VERSION,
  patternFingerprint,
} from '../rules/evaluation/fingerprint.js';
import { type Citation, type Finding, type Pattern, SEVERITIES, type Severity } from '../rules/finding.js';
import type { RuleDescription } from '../rules/rule.js';
import { displayFilterFor, firstCaptureOf, patternFilters } from './display-filter.js';
import { type AnalysisEnd, type CaptureFacts, type Reporter, TOOL, type Write } from './reporter.js';
import { escapeControls, escapeMarkdown } from './text/escape.js';
import { citationName, connectionName, frameNames, gaps } from './text/words.js';
import { FIXED_SPACE } from './text/wrap.js';

/** GitHub takes more, but shows the 5,000 gravest. */
const MOST_RESULTS = 5000;
const MOST_FRAMES = 100;
const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const;
const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const RULE_INDEX: ReadonlyMap<string, number> = new Map(CATALOG.map(({ id }, index) => [id, index]));

/** A result, and the capture that it is in, whose name comes at the end. */
interface Kept {
  readonly capture: number;
  readonly result: Result;
  readonly logicalLocations: LogicalLocation[];
}

/** SARIF 2.1.0, for code scanning and whatever else reads it: rules with their help, results with their proof. */
export class SarifReporter implements Reporter {
  readonly #write: Write;
  readonly #results: Readonly<Record<Severity, Kept[]>> = { error: [], warning: [], info: [] };
  /** How often a fingerprint came before. */
  readonly #seen = new Map<string, number>();
  #omitted = 0;

  constructor(write: Write) {
    this.#write = write;
  }

  connection(connection: Connection, findings: readonly Finding[]): void {
    for (const finding of findings) {
      if (this.#results[finding.severity].length < MOST_RESULTS)
        this.#results[finding.severity].push(this.#result(connection, finding));
      else this.#omitted++;
    }
  }

  end({ captures, patterns, summary }: AnalysisEnd): void {
    const artifacts = captures.map(({ path }) => artifactOf(path));
    for (const pattern of patterns)
      this.#results[pattern.severity].unshift(this.#patternResult(pattern, artifacts));
    const graded = SEVERITIES.flatMap((severity) => this.#results[severity]);
    const results = graded.slice(0, MOST_RESULTS).map((kept) => located(kept, artifacts));
    const log: Log = {
      $schema: SCHEMA,
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: TOOL.name,
              version: TOOL.version,
              semanticVersion: TOOL.version,
              rules: CATALOG.map(descriptor),
            },
          },
          artifacts: artifacts.map((location) => ({ location })),
          invocations: [
            { executionSuccessful: true, toolExecutionNotifications: captures.flatMap(notifications) },
          ],
          results,
          columnKind: 'utf16CodeUnits',
          properties: { summary, omittedResults: this.#omitted + graded.length - results.length },
        },
      ],
    };
    this.#write(`${JSON.stringify(log, null, 1)}\n`);
  }

  #result(connection: Connection, finding: Finding): Kept {
    const { rule, severity, title, explanation, frames, endpoint, confidence, facts, citations } = finding;
    const { id, stream, networkPath, capture, client, server } = connection;
    const ends = [client, server].map(({ address, port }) => formatEndpoint(address, port));
    const subject = endpoint === null ? null : connection[endpoint];
    const result: Result = {
      ruleId: rule,
      ruleIndex: RULE_INDEX.get(rule) ?? -1,
      level: LEVELS[severity],
      message: {
        text: `${title}\n\n${explanation}${frames.length === 0 ? '' : `\n\nProof: ${frameNames(frames)}.`}`,
      },
      partialFingerprints: { [FINGERPRINT_VERSION]: this.#numbered(fingerprintOf(connection, finding)) },
      properties: {
        connection: id,
        endpoint,
        confidence,
        frames: frames.slice(0, MOST_FRAMES),
        facts,
        displayFilter: displayFilterFor(connection, frames.slice(0, MOST_FRAMES)),
        applicationSees: finding.applicationSees,
        likelyCauses: finding.likelyCauses,
        nextSteps: finding.nextSteps,
        citations: citations.map(plainName),
      },
    };
    const name = subject === null ? ends.join(' > ') : formatEndpoint(subject.address, subject.port);
    const number = networkPath === null ? `tcp.stream ${stream}` : connectionName(connection);
    const fullyQualifiedName = `${number}: ${ends.join(' > ')}`;
    return { capture, result, logicalLocations: [{ name, fullyQualifiedName, kind: 'resource' }] };
  }

  #patternResult(pattern: Pattern, artifacts: readonly ArtifactLocation[]): Kept {
    const { rule, severity, title, explanation, confidence, facts, count, connections, citations } = pattern;
    const filters = patternFilters(pattern, MOST_FRAMES).map(({ filter, capture }) => ({
      ...(capture !== null && { capture: artifacts[capture].uri }),
      filter,
    }));
    const properties: PropertyBag = {
      confidence,
      facts,
      count,
      connections: connections.slice(0, MOST_FRAMES),
      ...(filters.length === 1 && { displayFilter: filters[0].filter }),
      ...(filters.length > 1 && { displayFilters: filters.slice(0, MOST_FRAMES) }),
    };
    const result: Result = {
      ruleId: rule,
      ruleIndex: RULE_INDEX.get(rule) ?? -1,
      level: LEVELS[severity],
      message: { text: `${title}\n\n${explanation}` },
      partialFingerprints: { [PATTERN_FINGERPRINT_VERSION]: this.#numbered(patternFingerprint(pattern)) },
      properties: { ...properties, nextSteps: pattern.nextSteps, citations: citations.map(plainName) },
    };
    return { capture: firstCaptureOf(pattern), result, logicalLocations: [] };
  }

  /** Equal fingerprints are told apart by their number. */
  #numbered(fingerprint: string): string {
    const before = this.#seen.get(fingerprint) ?? 0;
    this.#seen.set(fingerprint, before + 1);
    return `${fingerprint} #${before + 1}`;
  }
}

function located(
  { capture, result, logicalLocations }: Kept,
  artifacts: readonly ArtifactLocation[],
): Result {
  // Code scanning wants a region; captures have no lines.
  const physicalLocation = { artifactLocation: artifacts[capture], region: { startLine: 1 } };
  const isPlaced = logicalLocations.length > 0;
  return { ...result, locations: [{ physicalLocation, ...(isPlaced && { logicalLocations }) }] };
}

/** The path as a URI reference. */
function artifactOf(path: string): ArtifactLocation {
  const encoded = path
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
  return { uri: path.startsWith('/') ? `file://${encoded}` : encoded };
}

function notifications(facts: CaptureFacts): readonly Notification[] {
  const { path, damage } = facts;
  const locations: Location[] = [{ physicalLocation: { artifactLocation: artifactOf(path) } }];
  const texts: string[] = [];
  if (damage !== null) {
    const message = escapeControls(damage.message);
    texts.push(
      `Damaged at byte ${grouped(damage.offset)}, frame ${grouped(damage.frame)}: ${message}. Everything before that was analysed.`,
    );
  }
  texts.push(...gaps(facts));
  return texts.map((text) => ({ level: 'warning', message: { text }, locations }));
}

function descriptor(rule: RuleDescription): ReportingDescriptor {
  const { id, summary, severity, family, citations } = rule;
  const { meaning, proof, notThis, likelyCauses, nextSteps, aboutNames } = generalDocumentation(rule);
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['Proof', proof],
    ['Not this', notThis],
    ['Likely causes', likelyCauses],
    ['Check next', nextSteps],
  ];
  const text = [
    meaning,
    ...sections.map(([head, lines]) => [`${head}:`, ...lines.map((line) => `- ${line}`)].join('\n')),
  ];
  const markdown = [
    escapeMarkdown(meaning),
    ...sections.map(([head, lines]) =>
      [`**${head}**`, '', ...lines.map((line) => `- ${escapeMarkdown(line)}`)].join('\n'),
    ),
    [
      '**Rests on**',
      '',
      ...citations.map(
        (citation) =>
          `- [${escapeMarkdown(plainName(citation))}](${citation.url}) ${escapeMarkdown(citation.says)}`,
      ),
    ].join('\n'),
  ];
  if (aboutNames !== null) {
    text.push(aboutNames);
    markdown.push(escapeMarkdown(aboutNames));
  }
  return {
    id,
    name: id.replace(/(?:^|-)(\w)/g, (_match, letter: string) => letter.toUpperCase()),
    shortDescription: { text: summary },
    fullDescription: { text: meaning },
    help: { text: text.join('\n\n'), markdown: markdown.join('\n\n') },
    helpUri: citations[0].url,
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: ['tcp', family], precision: 'high' },
  };
}

function plainName(citation: Citation): string {
  return citationName(citation).replaceAll(FIXED_SPACE, ' ');
}
