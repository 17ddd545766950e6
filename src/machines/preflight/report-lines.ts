import { CHECKS, type CheckReport } from './check-lab.ts';

/** A report for people: each finding with what was seen and what to do, then the sum. */
export function reportLines({ lab, findings, unchecked }: CheckReport): string[] {
  const lines = findings.flatMap(({ id, severity, on, message, evidence, fix }) => [
    `${severity} ${id} ${on}: ${message}`,
    `  seen: ${evidence}`,
    `  fix:  ${fix}`,
  ]);
  for (const { on, message } of unchecked) lines.push(`not checked ${on}: ${message}`);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return [...lines, `lab ${lab}: ${CHECKS.length} checks, ${errors} errors, ${findings.length - errors} warnings`];
}
