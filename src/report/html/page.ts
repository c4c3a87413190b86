import type { Dossier } from '../dossier.js';
import { REPORT_SCHEMA, TOOL } from '../reporter.js';
import { escapeXml } from '../text/escape.js';
import { verdict } from '../text/words.js';
import { connectionList } from './connections.js';
import { FindingCards } from './findings.js';
import { Links } from './links.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';
import { lead, summary } from './summary.js';
import { exhibit, legend } from './timelines.js';

/** SHA-256 of the style sheet and the script, in base64: the only ones that a browser may apply. */
export const STYLE_HASH = 'HWF41gzgYLz7whlmcPx+/cjk5PmtBKY2lNTrSB+IROw=';
export const SCRIPT_HASH = 'Thp6pDAul9U9gC2YJi/z08/IaJCsF9l+SK31qMrxeBs=';
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  `script-src 'sha256-${SCRIPT_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The report as one self-contained page. */
export function page(dossier: Dossier): string {
  const { end, groups, exhibits } = dossier;
  const links = new Links(dossier);
  const title = verdict(end);
  const found = end.patterns.length + groups.length;
  const sections = [
    `<section id="summary" aria-labelledby="h-summary">\n<h1 id="h-summary">${escapeXml(title)}</h1>\n${lead(dossier)}${summary(end)}\n</section>`,
    ...(found > 0
      ? [
          `<section id="findings" aria-labelledby="h-findings">\n<h2 id="h-findings">Findings</h2>\n${new FindingCards(dossier, links).text()}\n</section>`,
        ]
      : []),
    ...(exhibits.length > 0
      ? [
          `<section id="timelines" aria-labelledby="h-timelines">\n<h2 id="h-timelines">Timelines</h2>\n${legend()}\n${exhibits.map((each) => exhibit(each, end.captures, links)).join('\n')}\n</section>`,
        ]
      : []),
    ...(end.summary.connections > 0
      ? [
          `<section id="connections" aria-labelledby="h-connections">\n<h2 id="h-connections">Connections</h2>\n${connectionList(dossier, links)}\n</section>`,
        ]
      : []),
  ];
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeXml(title)} · finwait</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<div class="page">',
    navigation(dossier, found > 0),
    '<main>',
    ...sections,
    `<footer>Written by ${TOOL.name} ${TOOL.version}. The same report as data: --format json (${REPORT_SCHEMA}).</footer>`,
    '</main>',
    '</div>',
    `<script>${SCRIPT}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function navigation({ exhibits, end }: Dossier, hasFindings: boolean): string {
  const timelines = exhibits.map(
    ({ connection: { id } }) => `<li><a href="#connection-${id}">connection ${id}</a></li>`,
  );
  return [
    '<nav aria-label="Sections">',
    '<span class="name">finwait</span>',
    '<ul>',
    '<li><a href="#summary">Summary</a></li>',
    ...(hasFindings ? ['<li><a href="#findings">Findings</a></li>'] : []),
    ...(exhibits.length > 0
      ? [`<li><a href="#timelines">Timelines</a>\n<ul>${timelines.join('')}</ul></li>`]
      : []),
    ...(end.summary.connections > 0 ? ['<li><a href="#connections">Connections</a></li>'] : []),
    '</ul>',
    '</nav>',
  ].join('\n');
}
