import type { Connection } from '../../connections/connection.js';
import type { Finding, Pattern, Severity } from '../finding.js';
import type { PatternCollector, PatternRule } from '../rule.js';
import { optionValues, type RuleSettings } from '../settings.js';

/** All enabled patterns of one analysis. */
export interface Patterns {
  /** Takes in a connection; the patterns that are `withheld` from do not learn of it. */
  add(
    connection: Connection,
    findings: readonly Finding[],
    withheld?: ((pattern: string) => boolean) | null,
  ): void;
  finish: PatternCollector['finish'];
}

/**
 * Starts the collectors of all enabled patterns for one analysis; `settings` must have passed
 * `checkSettings`. Feed the result every connection with its findings.
 */
export function preparePatterns(rules: readonly PatternRule[], settings: RuleSettings = {}): Patterns {
  const running = rules
    .filter((rule) => settings.severities?.[rule.id] !== 'off')
    .map((rule) => ({
      id: rule.id,
      choice: settings.severities?.[rule.id] as Severity | undefined,
      collector: rule.begin(optionValues(rule, settings)),
    }));
  return {
    add(connection, findings, withheld = null): void {
      for (let i = 0; i < running.length; i++) {
        if (withheld?.(running[i].id) !== true) running[i].collector.add(connection, findings);
      }
    },
    finish(captureEnd, drops): readonly Pattern[] {
      return running.flatMap(({ choice, collector }) => {
        const patterns = collector.finish(captureEnd, drops);
        return choice === undefined
          ? patterns
          : patterns.map((pattern) => ({ ...pattern, severity: choice }));
      });
    },
  };
}
