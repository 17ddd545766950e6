import { sql, type Kysely } from 'kysely';
import { isHttpError } from '../../http-error.ts';
import type { Artefacts } from '../../artefacts/artefacts.ts';
import type { ServerDeps } from '../../server-deps.ts';
import type { Row } from '../rows.ts';
import { compareSuites, type ComparedSuite } from './compare-suites.ts';
import { parseJunit, type TestSuite } from './parse-junit.ts';

export const JUNIT_MIME = 'application/junit';

export interface Junit {
  readonly suites: readonly ComparedSuite[];
  readonly previousJob: Row | undefined;
}

/** A file's suites against the file of the same name in the previous job like its own. @throws HttpError 400 when it is no XML. */
export async function junitOfFile(deps: Pick<ServerDeps, 'artefacts'>, db: Kysely<unknown>, file: Row, job: Row): Promise<Junit> {
  const previousJob = await previousJobLike(db, job);
  const previousFile = previousJob && (await junitFile(db, previousJob.id, String(file['name'])));
  const suites = parseJunit(await contentOf(deps.artefacts, db, file.id));
  return { suites: compareSuites(suites, previousFile === undefined ? [] : await suitesOrNone(deps.artefacts, db, previousFile)), previousJob };
}

/** Counts a JUnit file when it comes; one that cannot be read counts nothing, as in the original. */
export async function storeResult(deps: Pick<ServerDeps, 'artefacts'>, db: Kysely<unknown>, file: Row, job: Row): Promise<void> {
  const { suites } = await junitOfFile(deps, db, file, job).catch((error: unknown) => {
    if (isHttpError(error)) return { suites: [] };
    throw error;
  });
  const sum = (count: (suite: ComparedSuite) => number): number => suites.map(count).reduce((total, one) => total + one, 0);
  await sql`insert into tests_results (name, total, success, skips, failures, regressions, successfixes, errors, time, job_id, file_id) values (
    ${file['name']}, ${sum((s) => s.tests)}, ${sum((s) => s.success)}, ${sum((s) => s.skipped)}, ${sum((s) => s.failures)}, ${sum((s) => s.regressions)},
    ${sum((s) => s.successfixes)}, ${sum((s) => s.errors)}, round(${sum((s) => s.time)}::numeric), ${job.id}, ${file.id})`.execute(db);
}

/** The newest earlier job of the same kind. */
async function previousJobLike(db: Kysely<unknown>, job: Row): Promise<Row | undefined> {
  const { rows } =
    await sql<Row>`select id, name from jobs where topic_id = ${job['topic_id']} and remoteci_id = ${job['remoteci_id']} and name = ${job['name']}
    and configuration = ${job['configuration']} and url = ${job['url']} and state <> 'archived' and created_at < ${job['created_at']}::timestamp
    order by created_at desc limit 1`.execute(db);
  return rows[0];
}

async function junitFile(db: Kysely<unknown>, jobId: string, name: string): Promise<string | undefined> {
  const { rows } = await sql<Row>`select id from files where job_id = ${jobId} and name = ${name} and mime = ${JUNIT_MIME} and state <> 'archived'
    order by created_at desc limit 1`.execute(db);
  return rows[0]?.id;
}

async function suitesOrNone(artefacts: Artefacts, db: Kysely<unknown>, fileId: string): Promise<readonly TestSuite[]> {
  try {
    return parseJunit(await contentOf(artefacts, db, fileId));
  } catch (error) {
    if (isHttpError(error)) return [];
    throw error;
  }
}

/** A log that is still written has no suites. */
async function contentOf(artefacts: Artefacts, db: Kysely<unknown>, fileId: string): Promise<string> {
  const { rows } = await sql<{ artefact: string | null }>`select artefact from files where id = ${fileId}`.execute(db);
  const artefact = rows[0]?.artefact ?? null;
  return artefact === null ? '' : artefacts.readText(artefact);
}
