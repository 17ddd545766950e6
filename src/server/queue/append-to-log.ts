import type { Sql } from '../../db/transaction.ts';

/** The DCI file that a run's job grows; its content is read from the job's events, so a line is stored once. */
export const LOG_FILE = 'labwright.log';

/** A chunk as it stands in the log: whole lines. */
export function asLines(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/** Lines came; their text is in the job's events. */
export async function appendToLog(sql: Sql, jobId: string, sizeBytes: number): Promise<void> {
  const { rowCount } = await sql.query(
    `update files set size = size + $2 where job_id = $1 and name = '${LOG_FILE}' and artefact is null and state = 'active'`,
    [jobId, sizeBytes],
  );
  if (rowCount !== 0) return;
  await sql.query(`insert into files (name, mime, size, job_id, team_id) select '${LOG_FILE}', 'text/plain', $2, id, team_id from jobs where id = $1`, [
    jobId,
    sizeBytes,
  ]);
}
