import { SEPARATIONS } from '../../src/decode/domains.js';
import { command } from '../command.js';
import { broken } from '../invariants/broken.js';
import { ALL_FORMATS, checkFormats, checkText } from '../invariants/formats.js';
import type { Random } from '../random.js';
import { scratchFile } from '../scratch.js';
import type { Target } from './target.js';

/** Options of `analyze` that may be combined. */
const OPTIONS: readonly ((random: Random) => string[])[] = [
  () => ['--join'],
  () => ['--strict'],
  () => ['--verbose'],
  () => ['--anonymize'],
  (random) => ['--fail-on', random.of(['error', 'warning', 'info'])],
  (random) => ['--separate', random.shuffled(SEPARATIONS).slice(0, 2).join(',')],
  (random) => ['--max-connections', String(1 + random.below(5))],
  (random) => ['--max-length', String(1000 + random.below(5000))],
  (random) => ['--filter', random.of(['port 8080', 'host 10.9.14.1 or net 10.0.0.0/8', 'not client port 1'])],
  (random) => ['--reader', random.of(['builtin', 'pcap-parser'])],
];

/**
 * `analyze` with options of any kind, and `timeline`: the exit code is the documented one, the report is harmless,
 * and input that is no capture gets no report at all.
 */
export const commandLine: Target = {
  name: 'command-line',
  async run(input, random) {
    const path = scratchFile('capture', input);
    const second =
      random.below(3) === 0 ? [scratchFile('second', input.slice(0, random.below(input.length + 1)))] : [];
    const format = random.of(ALL_FORMATS);
    const options = random
      .shuffled(OPTIONS)
      .slice(0, random.below(4))
      .flatMap((option) => option(random));
    const argv = ['analyze', path, ...second, '--format', format, '--no-config', ...options];
    const { code, stdout, stderr } = await command(...argv);
    if (code === 2) broken(`finwait ${argv.join(' ')}: ${stderr}`);
    if (stdout !== '') checkFormats({ [format]: stdout });
    const isRefused = stderr.includes('(byte ') || /damaged at byte \S+, frame 1:/.test(stderr);
    if (code === 0 && stdout === '' && format !== 'svg') broken(`finwait ${argv.join(' ')} says nothing`);
    if (code === 3 && !isRefused && !options.includes('--strict'))
      broken(`it exits with 3 and says ${stderr}`);
    if (code === 1 && !options.includes('--fail-on')) broken('it exits with 1, unasked');
    const drawn = await command('timeline', path, '--no-config');
    checkText(drawn.stdout);
    return new Set([`exit ${code} ${format}`, `timeline exit ${drawn.code}`]);
  },
};
