import type { Pool } from 'pg';
import { asLines } from '../../queue/append-to-log.ts';

const chunk = 1000;

/** The log of a run's job, as far as it has come: read from its events, in order. */
export async function* logLines(pool: Pool, jobId: string): AsyncGenerator<Buffer, void> {
  let last = 0;
  for (;;) {
    const { rows } = await pool.query<{ number: number; text: string }>(
      `select number, event ->> 'text' as text from run_events where job_id = $1 and number > $2 and event ->> 'type' = 'log' order by number limit ${chunk}`,
      [jobId, last],
    );
    for (const row of rows) yield Buffer.from(asLines(row.text));
    if (rows.length < chunk) return;
    last = rows.at(-1)!.number;
  }
}
