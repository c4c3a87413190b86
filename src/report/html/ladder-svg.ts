/** A ladder as textbooks draw it: time runs down, segments slant from one endpoint to the other. */
import type { Connection, Transition } from '../../connections/connection.js';
import { secondsBetween, type Timestamp } from '../../core/time.js';
import { RST } from '../../decode/segment.js';
import type { Finding } from '../../rules/finding.js';
import { type LadderRow, segmentLabels } from '../ladder/rows.js';
import { escapeControls, escapeXml } from '../text/escape.js';
import { counted, endpointName, finalStateText, octets, seconds, UNKNOWN_TIME } from '../text/words.js';
import { wrap } from '../text/wrap.js';

const WIDTH = 880;
const TIME = 72;
const FRAME = 128;
const CLIENT = 256;
const SERVER = 744;
const STATES_RIGHT = SERVER + 14;
const MIDDLE = (CLIENT + SERVER) / 2;
const STEP = 34;
const SLANT = 12;
const STATE_LINE = 16;
const MARK_LINE = 20;
const NOTE = 28;
const HEAD = 46;
/** A comment stands between the lanes. */
const COMMENT_COLUMNS = 64;
const MARKS = { observed: '', confirmed: ' ✓', assumed: ' ?' } as const;

export interface SvgLadder {
  readonly width: number;
  readonly height: number;
  /** What goes inside the `svg` element. */
  readonly content: string;
}

/** Where the parts of a ladder are linked to and from: nowhere in a drawing that stands alone. */
export interface LadderLinks {
  /** The id of a frame's row. */
  readonly rowId: (frame: number) => string;
  /** The id of what is said about a rule's findings; null if nothing is. */
  readonly ruleId: (rule: string) => string | null;
}

export function ladderSvg(
  connection: Connection,
  rows: readonly LadderRow[],
  links: LadderLinks | null = null,
): SvgLadder {
  const drawing = new Drawing(connection, links);
  for (const row of rows) drawing.add(row);
  return drawing.finish();
}

class Drawing {
  readonly #connection: Connection;
  readonly #links: LadderLinks | null;
  readonly #parts: string[] = [];
  #y = HEAD;

  constructor(connection: Connection, links: LadderLinks | null) {
    this.#connection = connection;
    this.#links = links;
  }

  add(row: LadderRow): void {
    switch (row.kind) {
      case 'segment':
        this.#segment(row);
        break;
      case 'fold': {
        const [sent, received] = (['client', 'server'] as const).map(
          (role) => `${counted(row.folded[role].segments, 'segment')}, ${octets(row.folded[role].payload)}`,
        );
        this.#note(row.from, '', `⋮ ${sent} →   ← ${received} ⋮`);
        break;
      }
      case 'silence':
        this.#note(null, '', `⋮ ${seconds(row.seconds)} of silence ⋮`);
        break;
      case 'aside':
        this.#aside(row);
        break;
      case 'comment':
        for (const line of wrap(`✎ ${escapeControls(row.text)}`, COMMENT_COLUMNS)) this.#comment(line);
        this.#y += 10;
        break;
      case 'end': {
        const { client, server } = this.#connection;
        this.#side('client', this.#y + 14, finalStateText(client), `when ${row.text}`);
        this.#side('server', this.#y + 14, finalStateText(server), `when ${row.text}`);
        this.#note(row.time, '', row.text);
      }
    }
  }

  finish(): SvgLadder {
    const { client, server } = this.#connection;
    const height = this.#y + 10;
    const lane = (x: number): string =>
      `<line x1="${x}" x2="${x}" y1="${HEAD - 8}" y2="${height - 4}" class="lane"/>`;
    const head = [
      `<text x="${TIME}" y="20" text-anchor="end" class="dim">time</text>`,
      `<text x="${FRAME}" y="20" text-anchor="end" class="dim">frame</text>`,
      `<text x="${CLIENT}" y="16" text-anchor="middle" class="state">client</text>`,
      `<text x="${CLIENT}" y="32" text-anchor="middle" class="dim">${escapeXml(endpointName(client))}</text>`,
      `<text x="${SERVER}" y="16" text-anchor="middle" class="state">server</text>`,
      `<text x="${SERVER}" y="32" text-anchor="middle" class="dim">${escapeXml(endpointName(server))}</text>`,
    ];
    return {
      width: WIDTH,
      height,
      content: [...head, lane(CLIENT), lane(SERVER), ...this.#parts].join('\n'),
    };
  }

  #segment({ segment, entered, proven }: Extract<LadderRow, { kind: 'segment' }>): void {
    const { frame, time, from, flags, note } = segment;
    const states = Math.max(entered.client.length, entered.server.length, 1);
    const height = STEP + (states - 1) * STATE_LINE + proven.length * MARK_LINE;
    const top = this.#y;
    const [start, end] = from === 'client' ? [CLIENT, SERVER] : [SERVER, CLIENT];
    const y = top + 12;
    const tip = end + (from === 'client' ? -1 : 1);
    const back = end + (from === 'client' ? -10 : 10);
    const classes = [(flags & RST) === 0 ? '' : 'rst', note === null ? '' : 'again']
      .filter(Boolean)
      .join(' ');
    const parts = [
      `<rect x="0" y="${top - 4}" width="${WIDTH}" height="${height}" class="row"/>`,
      ...proofOf(proven, top - 4, height),
      `<text x="${TIME}" y="${y + 4}" text-anchor="end" class="dim">${this.#time(time)}</text>`,
      `<text x="${FRAME}" y="${y + 4}" text-anchor="end">#${frame}</text>`,
      `<line x1="${start}" y1="${y}" x2="${back}" y2="${y + SLANT - 1}" class="arrow"/>`,
      `<path d="M${tip} ${y + SLANT} L${back} ${y + SLANT - 6} L${back} ${y + SLANT + 4} Z" class="head"/>`,
      `<text x="${MIDDLE}" y="${y - 2}" text-anchor="middle" class="label">${escapeXml(segmentLabels(segment)[0])}</text>`,
    ];
    for (const role of ['client', 'server'] as const) {
      // A state that a segment causes is entered where that segment is at the time.
      const drop = role === from ? 4 : SLANT + 4;
      for (const [place, entry] of entered[role].entries())
        parts.push(this.#state(role, y + drop + place * STATE_LINE, entry));
    }
    parts.push(...this.#marks(y + SLANT + 12 + (states - 1) * STATE_LINE, proven));
    this.#parts.push(
      `<g${this.#idOf(frame)}${classes === '' ? '' : ` class="${classes}"`}>\n${parts.join('\n')}\n</g>`,
    );
    this.#y += height;
  }

  #state(role: 'client' | 'server', y: number, { state, evidence, retractedBy, cause }: Transition): string {
    const isRetracted = retractedBy !== null;
    const text = isRetracted ? `${state} ✗` : `${state}${MARKS[evidence]}`;
    const title = isRetracted ? `${cause}; disproved by frame ${retractedBy}` : `${cause}, ${evidence}`;
    return this.#sideText(role, y, text, isRetracted ? 'retracted' : 'state', title);
  }

  #side(role: 'client' | 'server', y: number, text: string, title: string): void {
    this.#parts.push(this.#sideText(role, y, text, 'dim', title));
  }

  #sideText(role: 'client' | 'server', y: number, text: string, className: string, title: string): string {
    const [x, anchor] = role === 'client' ? [CLIENT - 14, 'end'] : [STATES_RIGHT, 'start'];
    return `<text x="${x}" y="${y}" text-anchor="${anchor}" class="${className}"><title>${escapeXml(title)}</title>${escapeXml(text)}</text>`;
  }

  /** A line between the lanes. */
  #aside({ time, frame, text, proven }: Extract<LadderRow, { kind: 'aside' }>): void {
    const top = this.#y - 4;
    const height = NOTE + proven.length * MARK_LINE;
    const row = `<rect x="0" y="${top}" width="${WIDTH}" height="${height}" class="row"/>`;
    this.#parts.push(`<g${this.#idOf(frame)}>`, row, ...proofOf(proven, top, height));
    this.#note(time, `#${frame}`, `◆ ${text}`);
    this.#parts.push(...this.#marks(this.#y + 8, proven), '</g>');
    this.#y += proven.length * MARK_LINE;
  }

  /** Findings whose proof ends here, each on a line that links to it. */
  #marks(y: number, proven: readonly Finding[]): readonly string[] {
    return proven.map(({ severity, rule }, place) => {
      const text = `<text x="${MIDDLE}" y="${y + place * MARK_LINE}" text-anchor="middle" class="mark ${severity}">▲ ${severity}: ${rule}</text>`;
      const id = this.#links?.ruleId(rule) ?? null;
      return id === null ? text : `<a href="#${id}">${text}</a>`;
    });
  }

  /** The target of links to a frame. */
  #idOf(frame: number): string {
    return this.#links === null ? '' : ` id="${this.#links.rowId(frame)}"`;
  }

  #note(time: Timestamp | null, frame: string, text: string): void {
    const y = this.#y + 14;
    if (time !== null)
      this.#parts.push(`<text x="${TIME}" y="${y}" text-anchor="end" class="dim">${this.#time(time)}</text>`);
    if (frame !== '') this.#parts.push(`<text x="${FRAME}" y="${y}" text-anchor="end">${frame}</text>`);
    this.#parts.push(
      `<text x="${MIDDLE}" y="${y}" text-anchor="middle" class="dim">${escapeXml(text)}</text>`,
    );
    this.#y += NOTE;
  }

  #comment(line: string): void {
    this.#parts.push(`<text x="${CLIENT + 14}" y="${this.#y + 8}" class="comment">${escapeXml(line)}</text>`);
    this.#y += STATE_LINE;
  }

  #time(time: Timestamp): string {
    const value = secondsBetween(this.#connection.start, time);
    return Number.isNaN(value) ? UNKNOWN_TIME : value.toFixed(value < 1e4 ? 4 : 2);
  }
}

/** The background of a row with which proofs end: the first of them colours it. */
function proofOf(proven: readonly Finding[], y: number, height: number): readonly string[] {
  return proven
    .slice(0, 1)
    .map(
      ({ severity }) =>
        `<rect x="0" y="${y}" width="${WIDTH}" height="${height}" class="proof ${severity}"/>`,
    );
}
