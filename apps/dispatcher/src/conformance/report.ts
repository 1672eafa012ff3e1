import type { Outcome } from './check';
import type { CheckResult } from './run-checks';

export interface ConformanceReport {
  /** The address of the API server. */
  cluster: string;
  context: string;
  namespace: string;
  serverVersion: string | null;
  /** Null where nothing told it. */
  argoVersion: string | null;
  checks: readonly CheckResult[];
  passed: number;
  failed: number;
  differs: number;
  notApplicable: number;
  /** False when it was interrupted before the last check. */
  complete: boolean;
  /** What could not be removed. */
  left: readonly string[];
}

export function countsOf(
  checks: readonly CheckResult[],
): Pick<ConformanceReport, 'passed' | 'failed' | 'differs' | 'notApplicable'> {
  const count = (outcome: Outcome): number => checks.filter((check) => check.outcome === outcome).length;
  return { passed: count('pass'), failed: count('fail'), differs: count('differs'), notApplicable: count('not-applicable') };
}

const MARK: Readonly<Record<Outcome, string>> = { pass: 'ok  ', fail: 'FAIL', differs: 'DIFF', 'not-applicable': 'n/a ' };
const ID_WIDTH = 26;

/** A line for each check, and what somebody who has to act on it needs for those that are not as expected. */
export function lineOf(result: CheckResult): string {
  const { outcome, id, detail, ms, title, reference, dispatcher, exchanges } = result;
  const line = `${MARK[outcome]} ${id.padEnd(ID_WIDTH)} ${`${ms} ms`.padStart(9)}  ${oneLine(detail)}`;
  if (outcome === 'pass' || outcome === 'not-applicable') return line;
  const more = [`expected:   ${title}`, `dispatcher: ${dispatcher}`, `see:        ${reference}`, ...exchanges];
  return [line, ...more.map((text) => `       ${text}`)].join('\n');
}

export function summaryOf(report: ConformanceReport): string {
  const { passed, failed, differs, notApplicable, complete, left, serverVersion, argoVersion, cluster, namespace } = report;
  const lines = [
    `Kubernetes ${serverVersion ?? '(version unknown)'}, Argo Workflows ${argoVersion ?? '(version unknown)'} at ${cluster}, namespace ${namespace}`,
    `${passed} passed, ${failed} failed, ${differs} differ, ${notApplicable} not applicable`,
    ...(complete ? [] : ['Interrupted before the last check.']),
    ...(left.length === 0 ? [] : [`Not removed yet: ${left.join(', ')}`]),
  ];
  return lines.join('\n');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
