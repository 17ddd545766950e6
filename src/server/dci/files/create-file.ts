import { sql } from 'kysely';
import type { Context } from 'hono';
import * as contract from '../../../contract/dci/files.ts';
import type { Known } from '../../auth/principal.ts';
import type { ServerRoute } from '../../handle.ts';
import { sortedJson } from '../../sorted-json.ts';
import { HttpError } from '../../http-error.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { mustBeMember } from '../access.ts';
import { durationOf } from '../jobs/jobstates.ts';
import { JUNIT_MIME, storeResult } from '../junit/junit-of-file.ts';
import { insertRow, selectRow, type Row } from '../rows.ts';
import { TABLES } from '../tables.ts';
import { receiveUpload, type Upload } from './receive-upload.ts';

const { files, jobs, jobstates } = TABLES;

export const createFileRoute: ServerRoute = {
  method: contract.createFile.method,
  path: contract.createFile.path,
  async respond(deps, context) {
    const file = await receiveUpload(deps, context, (principal, upload) => insertFile(deps, principal, { ...headersOf(context), ...upload }));
    return sortedJson(contract.createFile.response.parse({ file }), { status: 201 });
  },
};

interface NewFile extends Upload {
  readonly name: string;
  readonly mime: string | null;
  readonly jobId: string | undefined;
  readonly jobstateId: string | undefined;
}

function insertFile(deps: ServerDeps, caller: Known, file: NewFile): Promise<Row> {
  return deps.kysely.transaction().execute(async (db) => {
    const jobstate = file.jobstateId === undefined ? undefined : await selectRow(db, jobstates, file.jobstateId);
    const job = await selectRow(db, jobs, (jobstate?.['job_id'] ?? file.jobId) as string);
    mustBeMember(caller, job['team_id']);
    const { name, mime, size, artefact } = file;
    const row = await insertRow(db, files, { name, mime, size, artefact, jobstate_id: jobstate?.id ?? null, job_id: job.id, team_id: job['team_id'] });
    const duration = jobstate ? sql`, duration = ${durationOf('jobs')}` : sql``;
    await sql`update jobs set etag = etag ${duration} where id = ${job.id}`.execute(db);
    if (mime === JUNIT_MIME) await storeResult(deps, db, row, job);
    return row;
  });
}

/** As the original reads them: with or without the prefix. */
function headersOf(context: Context): Pick<NewFile, 'name' | 'mime' | 'jobId' | 'jobstateId'> {
  const header = (name: string): string | undefined => context.req.header(`dci-${name}`) ?? context.req.header(name);
  const jobId = header('job-id');
  const jobstateId = header('jobstate-id');
  const name = header('name');
  if (jobId === undefined && jobstateId === undefined) throw new HttpError(400, 'HTTP headers DCI-JOBSTATE-ID or DCI-JOB-ID must be specified');
  if (name === undefined) throw new HttpError(400, 'HTTP header DCI-NAME must be specified');
  return { name, mime: header('mime') ?? null, jobId, jobstateId };
}
