import { analyze, CaptureError, ladderOf } from './finwait.js';

const input = document.querySelector('input');
const output = document.querySelector('main');

input.addEventListener('change', () => show(input.files[0]));
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  show(event.dataTransfer.files[0]);
});

async function show(file) {
  output.replaceChildren(element('p', `Reading ${file.name} …`));
  try {
    const { connections, findings, summary } = await analyze(file.stream(), { ladders: true });
    const worst = connections
      .filter(({ id }) => findings.some(({ connection }) => connection === id))
      .slice(0, 5);
    output.replaceChildren(
      element('p', `${summary.connections} connections, ${findings.length} findings`),
      ...findings
        .slice(0, 20)
        .map(({ severity, rule, title }) => element('p', `${severity} ${rule}: ${title}`)),
      ...worst.map((connection) => element('pre', ladderOf(connection))),
    );
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    output.replaceChildren(element('p', error.message));
  }
}

function element(name, text) {
  const node = document.createElement(name);
  node.textContent = text;
  return node;
}
