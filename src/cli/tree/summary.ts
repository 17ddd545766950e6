import type { Run } from '../../contract/runs.ts';
import { formatDuration } from './duration.ts';
import { realMs } from './render-run.ts';

export interface SummaryFacts {
  readonly run: Run;
  readonly simulatedMs: number | undefined;
  readonly realMs: number;
  /** What to look at, by name: a URL, files. */
  readonly look: Readonly<Record<string, string>>;
}

/** What ran, how long, in full why it failed (a tree's lines are cut at the screen's width), and where to look. */
export function summary({ run, simulatedMs, realMs: total, look }: SummaryFacts): string {
  const rows = run.jobs.map((job) => [
    job.name,
    job.status,
    job.simulatedMs === null ? '-' : formatDuration(job.simulatedMs),
    job.status === 'skipped' ? '-' : formatDuration(realMs(job)),
  ]);
  const table = [['JOB', 'RESULT', 'SIMULATED', 'REAL'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) => row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  '));
  const succeeded = run.jobs.filter(({ status }) => status === 'success').length;
  const time = simulatedMs === undefined ? formatDuration(total) : `${formatDuration(simulatedMs)} of simulated time in ${formatDuration(total)}`;
  const names = Object.keys(look);
  const lookWidth = Math.max(0, ...names.map((name) => name.length));
  return [
    '',
    ...lines,
    '',
    `${run.name} on lab ${run.lab}: ${run.status}; ${succeeded} of ${run.jobs.length} jobs succeeded, ${time}.`,
    ...run.jobs.flatMap(why),
    ...names.map((name) => `${name.padEnd(lookWidth)}  ${look[name]}`),
    '',
  ].join('\n');
}

function why({ name, error }: Run['jobs'][number]): string[] {
  if (!error) return [];
  const told = ['', `${name} failed on ${error.object} ${error.condition}: ${error.reason}: ${error.message}`];
  return [...told, ...(error.hint === null ? [] : [`hint: ${error.hint}`]), ''];
}
