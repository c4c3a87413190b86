/** Colours and fonts, for light and dark. */
const THEME = `
:root {
  color-scheme: light dark;
  --paper: #fcfcfa; --card: #ffffff; --ink: #1d2430; --soft: #5a6472; --line: #dfe3e8; --link: #1f5fbf;
  --error: #b3261e; --warning: #8a5300; --info: #2a5c8a;
  --error-bg: #fdecea; --warning-bg: #fff4e0; --info-bg: #e9f1f9;
  --open: #9db7d5; --est: #4a8f6d; --fin1: #d7b45a; --fin2: #d08a35; --cw: #c2503f; --last: #8f6bb3; --tw: #8a94a1;
  --closed: #d5d9de;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181e; --card: #1b2129; --ink: #e6e9ee; --soft: #9aa5b3; --line: #303844; --link: #8ab8ff;
    --error: #ff9d94; --warning: #f2bd6b; --info: #93c0ea;
    --error-bg: #3a1e1c; --warning-bg: #352a14; --info-bg: #1a2a3a;
    --open: #587397; --est: #3f7a5d; --fin1: #a88a3f; --fin2: #a86d28; --cw: #b04a3b; --last: #77589a; --tw: #626c79;
    --closed: #3a424d;
  }
}
`;

/** What is drawn: bars and ladders. */
const DRAWING = `svg { display: block; font-family: var(--mono); }
svg text { fill: var(--ink); font-size: 12px; font-variant-numeric: tabular-nums; }
svg .dim { fill: var(--soft); } svg .comment { font-style: italic; }
.bar-frame { padding: .9rem 1rem .6rem; margin: .8rem 0; }
.s-open { fill: var(--open); } .s-est { fill: var(--est); } .s-fin1 { fill: var(--fin1); } .s-fin2 { fill: var(--fin2); }
.s-cw { fill: var(--cw); } .s-last { fill: var(--last); } .s-tw { fill: var(--tw); } .s-closed { fill: var(--closed); }
.hatch { fill: url(#hatch); }
.hatch-line { stroke: var(--card); stroke-width: 3; stroke-opacity: .5; }
.bars text.in { fill: #fff; font-weight: 600; } .bars text.on-light { fill: var(--ink); }
.axis { stroke: var(--line); }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; list-style: none; padding: 0; margin: .6rem 0 0; font-size: .82rem; color: var(--soft); }
.legend svg { display: inline-block; vertical-align: -1px; margin-right: .35rem; }
.lane { stroke: var(--line); stroke-width: 1; }
.arrow { stroke: var(--ink); stroke-width: 1.4; fill: none; }
.head { fill: var(--ink); }
.again .arrow { stroke-dasharray: 5 4; }
.rst .arrow { stroke: var(--error); } .rst .head { fill: var(--error); } .rst text.label { fill: var(--error); }
.state { font-weight: 650; } .retracted { text-decoration: line-through; fill: var(--soft); font-weight: 400; }
.proof { fill: var(--error-bg); } .proof.warning { fill: var(--warning-bg); } .proof.info { fill: var(--info-bg); }
.mark { font-weight: 650; } .mark.error { fill: var(--error); } .mark.warning { fill: var(--warning); } .mark.info { fill: var(--info); }
svg a text { fill: var(--link); text-decoration: underline; }
g:target .row { fill: var(--info-bg); } .row { fill: transparent; }
`;

const PAGE = `* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
a { color: var(--link); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
.page { display: grid; grid-template-columns: minmax(0, 1fr); max-width: 76rem; margin: 0 auto; padding: 2rem 1rem 4rem; gap: 2rem; }
@media (min-width: 70rem) {
  .page { grid-template-columns: 13rem minmax(0, 1fr); gap: 3rem; padding: 3rem 2rem 6rem; }
  nav { position: sticky; top: 2rem; align-self: start; max-height: calc(100vh - 4rem); overflow-y: auto; }
}
nav { font-size: .9rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li { margin: .35rem 0; }
nav li li { margin: .2rem 0 .2rem .9rem; }
nav a { color: var(--soft); text-decoration: none; }
nav a:hover { color: var(--link); text-decoration: underline; }
nav .name { display: block; font-weight: 650; letter-spacing: .02em; margin-bottom: .75rem; }
@media (max-width: 69.99rem) { nav ul ul { display: none; } nav > ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; } }
h1 + .lead { font-size: 1.15rem; max-width: 60ch; margin: 0 0 1.25rem; }
h1 { font-size: clamp(1.6rem, 1.2rem + 2vw, 2.4rem); line-height: 1.2; letter-spacing: -.015em; margin: 0 0 .75rem; text-wrap: balance; }
h2 { font-size: 1.35rem; letter-spacing: -.01em; margin: 3.5rem 0 1rem; }
h3 { font-size: 1.1rem; line-height: 1.35; margin: 0; overflow-wrap: anywhere; }
h4 { font-size: .8rem; font-weight: 650; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); margin: 1.1rem 0 .3rem; }
p { margin: .5rem 0; max-width: 70ch; overflow-wrap: anywhere; }
code, kbd { font-family: var(--mono); font-size: .88em; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.figures { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0; padding: 0; list-style: none; }
.figures li { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .7rem 1.1rem; min-width: 7.5rem; }
.figures b { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.figures .error b { color: var(--error); } .figures .warning b { color: var(--warning); } .figures .info b { color: var(--info); }
.captures { margin: 0; padding: 0; list-style: none; }
.captures li { margin: .4rem 0; overflow-wrap: anywhere; }
.bad { color: var(--error); }
.card { background: var(--card); border: 1px solid var(--line); border-left-width: 5px; border-radius: 10px; padding: 1.1rem 1.3rem 1.2rem; margin: 1.1rem 0; }
.card.error { border-left-color: var(--error); } .card.warning { border-left-color: var(--warning); } .card.info { border-left-color: var(--info); }
.tag { display: inline-block; font-size: .75rem; font-weight: 700; letter-spacing: .05em; text-transform: uppercase; border-radius: 5px; padding: .1rem .5rem; margin-right: .5rem; }
.tag.error { color: var(--error); background: var(--error-bg); } .tag.warning { color: var(--warning); background: var(--warning-bg); } .tag.info { color: var(--info); background: var(--info-bg); }
.meta { font-size: .88rem; color: var(--soft); margin: .35rem 0 .6rem; }
.card ul { margin: .2rem 0; padding-left: 1.2rem; }
.card li { margin: .25rem 0; max-width: 75ch; overflow-wrap: anywhere; }
.exhibit { margin: 2.5rem 0 3.5rem; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th, td { text-align: left; padding: .4rem .75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td { font-variant-numeric: tabular-nums; }
thead th { color: var(--soft); font-weight: 600; white-space: nowrap; background: var(--card); }
tr:last-child td { border-bottom: 0; }
.names { font-family: var(--mono); font-size: .95em; white-space: nowrap; }
.place { min-width: 6.5rem; overflow-wrap: anywhere; }
h3 .names { white-space: normal; }
details { margin: .8rem 0; } summary { cursor: pointer; color: var(--soft); }
.tools { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; margin: .75rem 0; }
.tools[hidden] { display: none; }
input[type=search] { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: 8px; padding: .4rem .7rem; min-width: min(22rem, 100%); }
th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: inherit; }
th[aria-sort=ascending] button::after { content: " ▲"; } th[aria-sort=descending] button::after { content: " ▼"; }
footer { color: var(--soft); font-size: .85rem; border-top: 1px solid var(--line); margin-top: 4rem; padding-top: 1rem; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print {
  :root { color-scheme: light; --paper: #fff; }
  .page { display: block; max-width: none; padding: 0; } nav, .tools { display: none; }
  .card, .figures, tr, .bar-frame { break-inside: avoid; } h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; border: 0; } .scroll > svg { max-width: 100%; height: auto; } a { color: inherit; }
  table { font-size: .75rem; } th, td { padding: .3rem .4rem; overflow-wrap: anywhere; } .names { white-space: normal; }
}
`;

/** The page's style sheet. The content security policy names its hash: change both together. */
export const STYLE = `${THEME}${DRAWING}${PAGE}`;

/** For a drawing that stands alone. */
export const DRAWING_STYLE = `${THEME}${DRAWING}`;
