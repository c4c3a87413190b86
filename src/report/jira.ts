import { DossierReporter } from './dossier.js';
import { JIRA } from './markup/jira.js';
import { fitted } from './plan.js';
import type { Reporter, Write } from './reporter.js';
import { TicketWriter } from './ticket.js';

/** The longest description or comment that Jira takes, in characters. */
const JIRA_LENGTH = 32_767;

/** A report in Jira's wiki markup that fits into `maxLength` characters (at least 1000). */
export function jiraReporter(write: Write, maxLength = JIRA_LENGTH): Reporter {
  return new DossierReporter(write, (dossier) =>
    fitted(maxLength, (plan) => new TicketWriter(dossier, plan, JIRA).document()),
  );
}
