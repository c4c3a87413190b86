import { DossierReporter } from '../dossier.js';
import type { Reporter, Write } from '../reporter.js';
import { page } from './page.js';

/** A report to look at: one page that needs no network and no script. */
export function htmlReporter(write: Write): Reporter {
  return new DossierReporter(write, page);
}
