import { Readable } from 'node:stream';
import { sql, type Kysely } from 'kysely';
import type { Context } from 'hono';
import * as contract from '../../../contract/dci/files.ts';
import { sha256 } from '../../../contract/hmac-signature.ts';
import { authenticate } from '../../auth/authenticate.ts';
import { mustBeAllowed, signedRequest, type ServerRoute } from '../../handle.ts';
import { HttpError } from '../../http-error.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { mustBeMember } from '../access.ts';
import { dciRoute } from '../dci-route.ts';
import { notFound, selectRow } from '../rows.ts';
import { TABLES } from '../tables.ts';
import { contentResponse } from './content-response.ts';
import { logLines } from './log-lines.ts';

const { files } = TABLES;

export const readFileRoutes: readonly ServerRoute[] = [
  dciRoute(contract.getFile, async ({ kysely: db }, { params, principal }) => {
    const file = await selectRow(db, files, params.fileId);
    mustBeMember(principal, file['team_id'], { read: true });
    return { file };
  }),

  { method: contract.getFileContent.method, path: contract.getFileContent.path, respond: sendContent },

  dciRoute(contract.deleteFile, ({ kysely }, { params, principal }) =>
    kysely.transaction().execute(async (db) => {
      const file = await selectRow(db, files, params.fileId);
      mustBeMember(principal, file['team_id']);
      await sql`update files set state = 'archived' where id = ${file.id}`.execute(db);
      await sql`update jobs set etag = etag where id = ${file['job_id']}`.execute(db);
    }),
  ),
];

async function sendContent(deps: ServerDeps, context: Context): Promise<Response> {
  const principal = await authenticate(deps, signedRequest(context, sha256('')));
  mustBeAllowed(contract.getFileContent.allow, principal);
  const params = contract.getFileContent.params?.safeParse(context.req.param()).data;
  if (!params) throw new HttpError(404, 'not found');
  const file = await selectRow(deps.kysely, files, params.fileId);
  mustBeMember(principal, file['team_id'], { read: true });
  const artefact = await artefactOf(deps.kysely, file.id);
  const content = artefact === null ? Readable.from(logLines(deps.pool, String(file['job_id']))) : await deps.artefacts.open(artefact);
  return contentResponse(content, file);
}

async function artefactOf(db: Kysely<unknown>, fileId: string): Promise<string | null> {
  const { rows } = await sql<{ artefact: string | null }>`select artefact from files where id = ${fileId}`.execute(db);
  if (!rows[0]) throw notFound(files);
  return rows[0].artefact;
}
