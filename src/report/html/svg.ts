import { type Dossier, DossierReporter } from '../dossier.js';
import { ladderRows } from '../ladder/rows.js';
import { ladderFacts, type Reporter, type Write } from '../reporter.js';
import { escapeXml } from '../text/escape.js';
import { endpointName, verdict } from '../text/words.js';
import { ladderSvg } from './ladder-svg.js';
import { DRAWING_STYLE } from './style.js';

const EMPTY = { width: 600, height: 60 };

/** The ladder of one connection as a drawing: the one asked for, or the one with the most severe finding. */
export function svgReporter(write: Write): Reporter {
  return new DossierReporter(write, drawing);
}

function drawing({ exhibits, end }: Dossier): string {
  const [exhibit] = exhibits;
  if (exhibit === undefined || exhibit.items === null) {
    const why = exhibit === undefined ? verdict(end) : 'the segments of standard input cannot be read again';
    return svg(EMPTY.width, EMPTY.height, why, `<text x="20" y="35">${escapeXml(why)}</text>`);
  }
  const { connection, findings, items } = exhibit;
  const { width, height, content } = ladderSvg(
    connection,
    ladderRows(connection, items, ladderFacts(end.captures, connection, findings)),
  );
  const ends = `${endpointName(connection.client)} ↔ ${endpointName(connection.server)}`;
  return svg(width, height, `connection ${connection.id}: ${ends}`, content);
}

function svg(width: number, height: number, title: string, content: string): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${DRAWING_STYLE}.ground { fill: var(--card); }</style>`,
    `<rect width="${width}" height="${height}" class="ground"/>`,
    content,
    '</svg>',
    '',
  ].join('\n');
}
