import type { Run, RunJobState } from '../../contract/runs.ts';
import { formatDuration } from './duration.ts';
import type { Line, Segment } from './line.ts';

export interface RunView {
  readonly run: Run;
  /** Milliseconds on the rehearsal's clock since it began; undefined on a real lab. */
  readonly simulatedMs: number | undefined;
  readonly realMs: number;
  readonly url: string;
  /** Turns the spinner. */
  readonly frame: number;
}

const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const RUNNING = new Set(['leased', 'running']);
const BAD = new Set(['failure', 'error', 'killed', 'cancelled']);

/** A run as a tree: every job, the steps of those that run or went wrong, and in the object's own words what a step waits for. */
export function renderRun(view: RunView): Line[] {
  const width = Math.max(0, ...view.run.jobs.map(({ name }) => name.length));
  const lines = view.run.jobs.flatMap((job) => jobLines(job, view.frame, width));
  const simulated = view.simulatedMs === undefined ? '' : `simulated ${formatDuration(view.simulatedMs)} · `;
  const foot: Line[] = [`${simulated}real ${formatDuration(view.realMs)}`, `job page ${view.url}`].map((text) => ({
    segments: [{ text, style: 'dim' }],
    keep: 3,
  }));
  return [...lines, { segments: [], keep: 0 }, ...foot];
}

function jobLines(job: RunJobState, frame: number, width: number): Line[] {
  const name: Segment = { text: job.name.padEnd(width), style: RUNNING.has(job.status) ? 'bold' : undefined };
  const head: Line = { segments: [symbol(job.status, frame), name, { text: `  ${aboutJob(job)}`, style: 'dim' }], keep: 3 };
  const open = RUNNING.has(job.status) || BAD.has(job.status);
  const steps = open ? job.steps.flatMap((step) => stepLines(step, frame)) : [];
  const error: Line[] = job.error ? errorLines(job.error) : [];
  return [head, ...steps, ...error];
}

function aboutJob(job: RunJobState): string {
  const what = [job.action, job.cluster].filter((word) => word !== null).join(' ');
  if (job.status === 'waiting') return [what, ...job.waitingFor.slice(0, 1)].join(' · ');
  if (job.status === 'skipped') return `${what} · skipped`;
  const done = job.steps.filter(({ status }) => status === 'success').length;
  if (RUNNING.has(job.status)) return `${what} · ${done} of ${job.steps.length} steps`;
  const simulated = job.simulatedMs === null ? [] : [`${formatDuration(job.simulatedMs)} simulated`];
  return [what, job.status, ...simulated, `${formatDuration(realMs(job))} real`].join(' · ');
}

/** Milliseconds of real time that a job ran. */
export function realMs({ startedAt, endedAt }: Pick<RunJobState, 'startedAt' | 'endedAt'>): number {
  return startedAt === null || endedAt === null ? 0 : Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));
}

function stepLines(step: RunJobState['steps'][number], frame: number): Line[] {
  const percent: Segment[] = step.percent !== null && step.status === 'running' ? [{ text: `  ${Math.round(step.percent)} %`, style: 'cyan' }] : [];
  const style = step.status === 'pending' ? 'dim' : undefined;
  const keep = step.status === 'pending' ? 0 : step.status === 'success' ? 1 : 2;
  const head: Line = { segments: [{ text: '  ' }, symbol(step.status, frame), { text: step.title, style }, ...percent], keep };
  if (step.status !== 'running' || !step.waitingOn) return [head];
  const { object, condition, reason, message } = step.waitingOn;
  const told: Line = { segments: [{ text: `    › ${object} ${condition}: ${reason}: ${message}`, style: 'yellow' }], keep: 2 };
  return [head, told];
}

function errorLines(error: NonNullable<RunJobState['error']>): Line[] {
  const { object, condition, reason, message, hint } = error;
  const told: Line = { segments: [{ text: `  ${object} ${condition}: ${reason}: ${message}`, style: 'red' }], keep: 3 };
  return hint === null ? [told] : [told, { segments: [{ text: `  hint: ${hint}`, style: 'yellow' }], keep: 3 }];
}

function symbol(status: string, frame: number): Segment {
  if (status === 'success') return { text: '✔ ', style: 'green' };
  if (BAD.has(status)) return { text: '✖ ', style: 'red' };
  if (RUNNING.has(status)) return { text: `${SPINNER[frame % SPINNER.length]} `, style: 'cyan' };
  return { text: status === 'skipped' ? '↓ ' : '◼ ', style: 'dim' };
}
