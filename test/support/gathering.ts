import type { Connection } from '../../src/connections/connection.js';
import type { Reporter } from '../../src/report/reporter.js';
import type { Finding } from '../../src/rules/finding.js';

/** A reporter that only keeps what it is told, in the order of telling. */
export class Gathering implements Reporter {
  readonly connections: Connection[] = [];
  readonly findings: Finding[] = [];

  connection(connection: Connection, findings: readonly Finding[]): void {
    this.connections.push(connection);
    this.findings.push(...findings);
  }

  end(): void {}
}
