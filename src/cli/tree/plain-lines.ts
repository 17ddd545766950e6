import type { SentEvent } from '../../contract/agent.ts';
import type { Run } from '../../contract/runs.ts';
import { formatElapsed } from './duration.ts';

/** Turns a run's events into lines for where there is no terminal: each with the simulated time and its job. */
export function createPlainLines(run: Run): (sent: SentEvent) => string[] {
  const jobs = new Map(run.jobs.map((job) => [job.id, job]));
  const width = Math.max(0, ...run.jobs.map(({ name }) => name.length));
  const titles = new Map<string, string>();
  const waiting = new Map<string, string>();
  let startMs: number | undefined;

  return ({ jobId, atMs, event }) => {
    startMs ??= atMs;
    const line = (text: string): string => `${formatElapsed(atMs - startMs!)}  ${(jobs.get(jobId)?.name ?? jobId).padEnd(width)}  ${text}`;
    const titleOf = (step: string): string => titles.get(`${jobId}/${step}`) ?? step;
    switch (event.type) {
      case 'job_started':
        return [line('started')];
      case 'steps_planned':
        for (const { id, title } of event.steps) titles.set(`${jobId}/${id}`, title);
        return [];
      case 'step_started':
        return [line(`› ${titleOf(event.step)}`)];
      case 'step_waiting': {
        if (!event.on) return [];
        const { object, condition, reason, message } = event.on;
        // Messages count up; a line for each would bury the rest.
        const what = `${object} ${condition}: ${reason}`;
        const key = `${jobId}/${event.step}`;
        if (waiting.get(key) === what) return [];
        waiting.set(key, what);
        return [line(`  waits for ${what}: ${message.replaceAll(/\s+/g, ' ')}`)];
      }
      case 'step_ended':
        return [line(`${event.status === 'success' ? '✔' : '✖'} ${titleOf(event.step)}`)];
      case 'job_ended': {
        const { error } = event;
        const why = error ? [line(`  ${error.object} ${error.condition}: ${error.reason}: ${error.message}`)] : [];
        return [...why, ...(error?.hint ? [line(`  hint: ${error.hint}`)] : []), line(`ended: ${event.status}`)];
      }
      case 'step_progress':
      case 'log':
      case 'output':
      case 'file':
        return [];
      default:
        return event satisfies never;
    }
  };
}
