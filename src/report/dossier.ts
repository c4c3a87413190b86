/**
 * What a report in one document shows: the most severe in full, the rest in numbers. A document must be short
 * enough to be read and small enough for where it is attached, however large the capture.
 */
import type { Connection } from '../connections/connection.js';
import type { Timestamp } from '../core/time.js';
import type { Finding } from '../rules/finding.js';
import { type ConnectionRow, ConnectionRows, rankOf } from './connection-rows.js';
import { Delivery } from './delivery.js';
import { type FindingGroup, FindingGroups } from './finding-groups.js';
import type { LadderItem } from './ladder/recorder.js';
import type { AnalysisEnd, LadderWishes, Reporter, Write } from './reporter.js';

/** One connection in full. */
export interface Exhibit {
  /** The rule of its most severe finding, which it is an example of; null without any. */
  readonly trouble: string | null;
  readonly connection: Connection;
  readonly findings: readonly Finding[];
  /** Its segments, or a part of a long connection's; null if the capture could not be read again for them. */
  readonly items: readonly LadderItem[] | null;
}

export interface Dossier {
  readonly end: AnalysisEnd;
  /** Time of the first frame: every `t` counts from it. Null without a connection. */
  readonly start: Timestamp | null;
  /** Findings by rule, most severe first; those that others explain are listed as their effects. */
  readonly groups: readonly FindingGroup[];
  readonly delivery: Delivery;
  /** Some connections of each kind of trouble, most severe first. */
  readonly exhibits: readonly Exhibit[];
  /** The worst connections in a line each; `end.summary.connections` is the number of all. */
  readonly rows: readonly ConnectionRow[];
}

/** How many connections with the same rule as their most severe finding are kept. */
const EXHIBITS_PER_RULE = 3;
const MOST_EXHIBITS = 12;
const MOST_ROWS = 1000;

interface Kept {
  readonly connection: Connection;
  readonly findings: readonly Finding[];
  readonly rank: number;
}

/** Gathers a dossier, and has `render` write it when everything has been read. */
export class DossierReporter implements Reporter {
  readonly #write: Write;
  readonly #render: (dossier: Dossier) => string;
  readonly #groups = new FindingGroups();
  readonly #delivery = new Delivery();
  readonly #rows = new ConnectionRows(MOST_ROWS);
  readonly #kept = new Map<string, Kept[]>();
  readonly #ladders = new Map<number, readonly LadderItem[]>();
  #start: Timestamp | null = null;

  constructor(write: Write, render: (dossier: Dossier) => string) {
    this.#write = write;
    this.#render = render;
  }

  connection(connection: Connection, findings: readonly Finding[], captureStart: Timestamp): void {
    this.#start ??= captureStart;
    this.#groups.add(connection, findings);
    this.#delivery.add(connection);
    this.#rows.add(connection, findings);
    const rank = rankOf(findings);
    const trouble = gravest(findings)?.rule ?? '';
    let alike = this.#kept.get(trouble);
    if (alike === undefined) {
      alike = [];
      this.#kept.set(trouble, alike);
    }
    // Connections arrive as they end: one with a lower number may come later.
    if (alike.length === EXHIBITS_PER_RULE && alike[alike.length - 1].connection.id < connection.id) return;
    alike.push({ connection, findings, rank });
    alike.sort((a, b) => a.connection.id - b.connection.id);
    if (alike.length > EXHIBITS_PER_RULE) alike.pop();
  }

  wishes(): LadderWishes {
    return new Map(
      this.#exhibits().map(({ connection, findings }) => [connection.id, decisive(connection, findings)]),
    );
  }

  ladder(connection: number, items: readonly LadderItem[]): void {
    this.#ladders.set(connection, items);
  }

  end(end: AnalysisEnd): void {
    const exhibits = this.#exhibits().map(({ connection, findings }) => ({
      trouble: gravest(findings)?.rule ?? null,
      connection,
      findings,
      items: this.#ladders.get(connection.id) ?? null,
    }));
    const groups = this.#groups.sorted();
    this.#write(
      this.#render({
        end,
        start: this.#start,
        groups,
        delivery: this.#delivery,
        exhibits,
        rows: this.#rows.sorted(),
      }),
    );
  }

  /** By severity; of equal severity, first one of each kind, then the second ones. */
  #exhibits(): readonly Kept[] {
    const all = [...this.#kept.values()].flatMap((alike) => alike.map((kept, turn) => ({ kept, turn })));
    all.sort(
      (a, b) => a.kept.rank - b.kept.rank || a.turn - b.turn || a.kept.connection.id - b.kept.connection.id,
    );
    return all.slice(0, MOST_EXHIBITS).map(({ kept }) => kept);
  }
}

function gravest(findings: readonly Finding[]): Finding | undefined {
  const rank = rankOf(findings);
  const own = findings.filter((finding) => rankOf([finding]) === rank);
  return own.find(({ explainedBy }) => explainedBy === undefined) ?? own[0];
}

/** The frames on which findings and states rest. */
function decisive({ client, server }: Connection, findings: readonly Finding[]): readonly number[] {
  const frames = findings.flatMap((finding) => finding.frames);
  for (const { frame } of [...client.timeline, ...server.timeline]) if (frame !== null) frames.push(frame);
  return frames;
}
