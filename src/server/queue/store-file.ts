import { Kysely, PostgresDialect } from 'kysely';
import type { PoolClient } from 'pg';
import type { Sql } from '../../db/transaction.ts';
import { JUNIT_MIME, storeResult } from '../dci/junit/junit-of-file.ts';
import type { Row } from '../dci/rows.ts';
import type { ServerDeps } from '../server-deps.ts';

/**
 * A file that a run's job kept for people becomes a DCI file of the job; one of the same name, from before a crash, is
 * replaced. The tests in a JUnit file are counted, as those of an uploaded one are.
 */
export async function storeFile(
  deps: ServerDeps,
  sql: Sql,
  jobId: string,
  { name, mime, content, encoding }: { readonly name: string; readonly mime: string; readonly content: string; readonly encoding?: 'base64' | undefined },
): Promise<void> {
  const artefact = `files/${jobId}/${encodeURIComponent(name)}`;
  const sizeBytes = await deps.artefacts.write(artefact, Buffer.from(content, encoding ?? 'utf8'));
  const updated = await sql.query<Row>(`update files set size = $3 where job_id = $1 and artefact = $2 and state = 'active' returning *`, [
    jobId,
    artefact,
    sizeBytes,
  ]);
  const insert = 'insert into files (name, mime, size, artefact, job_id, team_id) select $2, $3, $4, $5, id, team_id from jobs where id = $1 returning *';
  const { rows } = updated.rowCount === 0 ? await sql.query<Row>(insert, [jobId, name, mime, sizeBytes, artefact]) : updated;
  if (mime === JUNIT_MIME && rows[0]) await countTests(deps, sql, jobId, rows[0]);
}

async function countTests(deps: ServerDeps, sql: Sql, jobId: string, file: Row): Promise<void> {
  await sql.query('delete from tests_results where file_id = $1', [file.id]);
  const { rows } = await sql.query<Row>('select * from jobs where id = $1', [jobId]);
  if (rows[0]) await storeResult(deps, onSameTransaction(sql), file, rows[0]);
}

/** Kysely on a client that is in a transaction already: what it has written is seen nowhere else yet. */
function onSameTransaction(sql: Sql): Kysely<unknown> {
  const client = { query: sql.query.bind(sql), release: () => undefined } as Partial<PoolClient> as PoolClient;
  const pool = { connect: () => Promise.resolve(client), end: () => Promise.resolve(), options: {} };
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
}
