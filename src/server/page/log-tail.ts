import type { Pool } from 'pg';

export interface LogLine {
  /** Of the event: what comes after it is newer. */
  readonly number: number;
  /** The job that wrote it, and its step. */
  readonly label: string;
  readonly text: string;
}

const tail = 300;

/** The last lines that the run's jobs wrote after an event; 0 for all. */
export async function logTail(pool: Pool, runId: string, after: number): Promise<readonly LogLine[]> {
  const { rows } = await pool.query<{ number: number; job: string; step: string | null; text: string }>(
    `select e.number, j.name as job, e.event ->> 'step' as step, e.event ->> 'text' as text from run_events e join run_jobs j using (job_id)
     where e.run_id = $1 and e.number > $2 and e.event ->> 'type' = 'log' order by e.number desc limit ${tail}`,
    [runId, after],
  );
  const lines = rows.map(({ number, job, step, text }) => ({ number, label: step === null ? job : `${job}/${step}`, text: text.trimEnd() }));
  return lines.toReversed();
}
