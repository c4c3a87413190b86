import type { Connection } from '../../connections/connection.js';
import type { Timestamp } from '../../core/time.js';
import type { Finding, Pattern, Severity } from '../finding.js';
import type { PatternCollector, PatternRule } from '../rule.js';
import { optionValues, type RuleSettings } from '../settings.js';

/**
 * Starts the collectors of all enabled patterns for one analysis; `settings` must have passed
 * `checkSettings`. The result is itself a collector: feed it every connection with its findings.
 */
export function preparePatterns(
  rules: readonly PatternRule[],
  settings: RuleSettings = {},
): PatternCollector {
  const running = rules
    .filter((rule) => settings.severities?.[rule.id] !== 'off')
    .map((rule) => ({
      choice: settings.severities?.[rule.id] as Severity | undefined,
      collector: rule.begin(optionValues(rule, settings)),
    }));
  return {
    add(connection: Connection, findings: readonly Finding[]): void {
      for (let i = 0; i < running.length; i++) running[i].collector.add(connection, findings);
    },
    finish(captureEnd: Timestamp): readonly Pattern[] {
      return running.flatMap(({ choice, collector }) => {
        const patterns = collector.finish(captureEnd);
        return choice === undefined
          ? patterns
          : patterns.map((pattern) => ({ ...pattern, severity: choice }));
      });
    },
  };
}
