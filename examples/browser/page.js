import { analyze, ladderOf } from './finwait.js';

const input = document.querySelector('input');
const output = document.querySelector('main');
let current = new AbortController();

input.addEventListener('change', () => show(input.files[0]));
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  show(event.dataTransfer.files[0]);
});

async function show(file) {
  if (file === undefined) return;
  // Of two captures, the one chosen last is shown.
  current.abort();
  current = new AbortController();
  const { signal } = current;
  output.replaceChildren(element('p', `Reading ${file.name} …`));
  try {
    const { connections, findings, summary } = await analyze(file.stream(), { ladders: true, signal });
    const worst = connections
      .filter(({ id }) => findings.some(({ connection }) => connection === id))
      .slice(0, 5);
    output.replaceChildren(
      element('p', `connections: ${summary.connections}, findings: ${findings.length}`),
      ...findings
        .slice(0, 20)
        .map(({ severity, rule, title }) => element('p', `${severity} ${rule}: ${title}`)),
      ...worst.map((connection) => element('pre', ladderOf(connection))),
    );
  } catch (error) {
    if (!signal.aborted) output.replaceChildren(element('p', error.message));
  }
}

function element(name, text) {
  const node = document.createElement(name);
  node.textContent = text;
  return node;
}
