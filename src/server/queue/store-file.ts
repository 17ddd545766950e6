import type { Sql } from '../../db/transaction.ts';
import type { ServerDeps } from '../server-deps.ts';

/** A file that a run's job kept for people becomes a DCI file of the job; one of the same name, from before a crash, is replaced. */
export async function storeFile(
  deps: ServerDeps,
  sql: Sql,
  jobId: string,
  { name, mime, content }: { readonly name: string; readonly mime: string; readonly content: string },
): Promise<void> {
  const artefact = `files/${jobId}/${encodeURIComponent(name)}`;
  const sizeBytes = await deps.artefacts.write(artefact, content);
  const { rowCount } = await sql.query(`update files set size = $3 where job_id = $1 and artefact = $2 and state = 'active'`, [jobId, artefact, sizeBytes]);
  if (rowCount !== 0) return;
  await sql.query(`insert into files (name, mime, size, artefact, job_id, team_id) select $2, $3, $4, $5, id, team_id from jobs where id = $1`, [
    jobId,
    name,
    mime,
    sizeBytes,
    artefact,
  ]);
}
