import { finwait, type Outcome } from '../test/support/io.js';
import { broken } from './invariants/broken.js';
import { checkText } from './invariants/formats.js';

/** Runs a command line in this process; what it says must be harmless and its exit code one of those documented. */
export async function command(...argv: string[]): Promise<Outcome> {
  const outcome = await finwait(argv);
  const { code, stderr } = outcome;
  try {
    if (![0, 1, 2, 3].includes(code)) broken(`it exits with ${code}`);
    if ((code === 2 || code === 3) && stderr === '' && !argv.includes('--strict'))
      broken(`it exits with ${code} and says nothing`);
    checkText(stderr);
    for (const line of stderr.split('\n'))
      if (line !== '' && !line.startsWith('finwait: ')) broken(`it says: ${line}`);
  } catch (error) {
    throw new Error(`finwait ${argv.join(' ')}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
  return outcome;
}
