import type { Explanation, Finding } from '../../hub/explain/explain-cluster.ts';
import type { WaitingOn } from '../../util/step.ts';
import type { JobSummary } from './explained-job.ts';

export interface ToldExplanation {
  readonly explanation: Explanation;
  readonly job: JobSummary | undefined;
  /** Where the objects were read. */
  readonly from: string | undefined;
}

/** For people: the job, what it waits for, and each finding with its cause and what to do. A message stands once, with its cause. */
export function asText({ explanation, job, from }: ToldExplanation): string {
  const { cluster, waitingFor, findings } = explanation;
  const isExplained = ({ message }: WaitingOn): boolean => findings.some((finding) => finding.message === message);
  const lines = job === undefined ? [] : [...jobLines(job, isExplained)];
  if (from !== undefined) {
    lines.push(`${cluster}, by ${from}:`);
    if (waitingFor !== undefined) lines.push(...onLines('waits for', waitingFor, isExplained));
    if (findings.length === 0)
      lines.push(waitingFor === undefined ? '  installed, managed by its hub, and nothing is wrong' : '  nothing says that it will not come');
  }
  return `${[...lines, ...findings.flatMap(findingLines)].join('\n')}\n`;
}

function jobLines({ run, name, status, step, waitingFor, waitingOn, error }: JobSummary, isExplained: (on: WaitingOn) => boolean): readonly string[] {
  const head = `job ${name} of ${run}: ${status}${step === undefined ? '' : `, at "${step}"`}`;
  const waits = waitingFor.map((reason) => `  waits      ${reason}`);
  const on = waitingOn === undefined ? [] : onLines('waits for', waitingOn, isExplained);
  if (error === undefined) return [head, ...waits, ...on];
  const hint = error.hint === null || isExplained(error) ? [] : [`  do         ${error.hint}`];
  return [head, ...onLines('failed on', error, isExplained), ...hint];
}

function onLines(what: string, on: WaitingOn, isExplained: (on: WaitingOn) => boolean): readonly string[] {
  return [`  ${what}  ${on.object} ${on.condition}: ${on.reason}`, ...(isExplained(on) ? [] : message(on.message))];
}

function findingLines(finding: Finding): readonly string[] {
  const since = finding.since === undefined ? '' : `, since ${finding.since}`;
  const verdict = finding.tolerated_s === 0 ? 'ends an installation at once' : `is put up with for ${minutes(finding.tolerated_s)}`;
  return [
    '',
    `✖ ${finding.object} ${finding.condition}: ${finding.reason}${since}`,
    ...message(finding.message),
    `  likely     ${finding.cause}`,
    `  do         ${finding.hint}`,
    `  next       ${finding.next}`,
    `  this       ${verdict} (${finding.rule})`,
  ];
}

function message(text: string): readonly string[] {
  return text === '' ? [] : [`  message    ${text.replaceAll(/\s+/g, ' ').trim()}`];
}

function minutes(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
