/**
 * finwait as a library, free of Node: feed the octets of a capture, get connections with their timelines
 * and findings.
 */
export { Analysis, type AnalysisOptions, type CaptureSource } from './analysis.js';
export { Analyzer, type AnalyzerOptions } from './analyzer.js';
export { CaptureReader, type FrameReader } from './capture/reader.js';
export type {
  CaptureQuality,
  Connection,
  Endpoint,
  Evidence,
  IcmpError,
  Milestone,
  Moment,
  Reset,
  Role,
  Transition,
  Vantage,
} from './connections/connection.js';
export type { MilestoneKind } from './connections/milestones.js';
export { CaptureError, type Damage } from './core/errors.js';
export { secondsBetween, type Timestamp, toIsoString } from './core/time.js';
export type { Separation } from './decode/domains.js';
export { Anonymizer } from './extract/anonymizer.js';
export {
  type AnalysisResult,
  type AnalyzedConnection,
  type AnalyzeOptions,
  analyze,
  type CaptureInput,
  ladderOf,
  streamConnections,
} from './library.js';
export { JsonReporter } from './report/json.js';
export { NdjsonReporter } from './report/ndjson.js';
export {
  type AnalysisEnd,
  type CaptureFacts,
  MemorySpool,
  type Reporter,
  type Spool,
  type Summary,
} from './report/reporter.js';
export { CATALOG, findRule } from './rules/catalog.js';
export { type RuleSettings, SettingsError } from './rules/evaluation/settings.js';
export type { Suppression, SuppressionUse } from './rules/evaluation/suppressions.js';
export type { Citation, Confidence, Finding, Pattern, Severity } from './rules/finding.js';
export type { Rule, RuleDescription } from './rules/rule.js';
export type { State } from './tcp/states.js';
export { VERSION } from './version.js';
