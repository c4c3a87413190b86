import { DossierReporter } from './dossier.js';
import { MARKDOWN } from './markup/markdown.js';
import { fitted } from './plan.js';
import type { Reporter, Write } from './reporter.js';
import { TicketWriter } from './ticket.js';

/** The longest text of an issue or a comment that GitHub takes, in characters. */
const MARKDOWN_LENGTH = 65_536;

/** A report for GitHub and GitLab that fits into `maxLength` characters (at least 1000). */
export function markdownReporter(write: Write, maxLength = MARKDOWN_LENGTH): Reporter {
  return new DossierReporter(write, (dossier) =>
    fitted(maxLength, (plan) => new TicketWriter(dossier, plan, MARKDOWN).document()),
  );
}
