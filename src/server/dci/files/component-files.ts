import { sql, type Kysely } from 'kysely';
import type { Context } from 'hono';
import * as contract from '../../../contract/dci/components.ts';
import { sha256 } from '../../../contract/hmac-signature.ts';
import { newUuid } from '../../../util/ids.ts';
import { authenticate } from '../../auth/authenticate.ts';
import { isMember, rolesOf, type Known } from '../../auth/principal.ts';
import { mustBeAllowed, signedRequest, type ServerRoute } from '../../handle.ts';
import { sortedJson } from '../../sorted-json.ts';
import { HttpError } from '../../http-error.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { mustSeeComponent, notAuthorized } from '../access.ts';
import { dciRoute } from '../dci-route.ts';
import { listRows } from '../list-rows.ts';
import { archiveRow, insertRow, notFound, selectRow, type Row } from '../rows.ts';
import { TABLES } from '../tables.ts';
import { contentResponse } from './content-response.ts';
import { receiveUpload } from './receive-upload.ts';

const { components, componentFiles } = TABLES;

/** What an S3 store says of an object that was put without a type. */
const storeMime = 'binary/octet-stream';

export const componentFileRoutes: readonly ServerRoute[] = [
  { method: contract.createComponentFile.method, path: contract.createComponentFile.path, respond: create },

  dciRoute(contract.listComponentFiles, async ({ kysely: db }, { params, query, principal }) => {
    const component = await selectVisible(db, params.componentId, principal);
    const scope = [sql`component_files.component_id = ${component.id}`];
    const all = await listRows(db, componentFiles, {}, scope);
    const { limit: _limit, offset: _offset, ...rest } = query;
    const { rows } = await listRows(db, componentFiles, { ...rest, limit: '200', offset: '0' }, scope);
    return { component_files: rows, _meta: all._meta };
  }),

  dciRoute(contract.getComponentFile, async ({ kysely: db }, { params, principal }) => {
    await selectVisible(db, params.componentId, principal);
    return { component_file: await selectFile(db, params) };
  }),

  { method: contract.getComponentFileContent.method, path: contract.getComponentFileContent.path, respond: sendContent },

  dciRoute(contract.deleteComponentFile, async ({ kysely: db }, { params, ifMatch, principal }) => {
    mustManage(principal, await selectVisible(db, params.componentId, principal));
    const { id } = await selectFile(db, params);
    if (!(await archiveRow(db, componentFiles, { id, etag: ifMatch }))) throw notFound(componentFiles);
  }),
];

async function create(deps: ServerDeps, context: Context): Promise<Response> {
  const params = contract.createComponentFile.params?.safeParse(context.req.param()).data;
  if (!params) throw new HttpError(404, 'not found');
  const file = await receiveUpload(deps, context, async (principal, { artefact, size, md5 }) => {
    const component = await selectVisible(deps.kysely, params.componentId, principal);
    const id = newUuid();
    const row = { id, name: id, size, artefact, etag: `"${md5}"`, mime: storeMime, component_id: component.id };
    return insertRow(deps.kysely, componentFiles, row);
  });
  return sortedJson(contract.createComponentFile.response.parse({ component_file: file }), { status: 201 });
}

async function sendContent(deps: ServerDeps, context: Context): Promise<Response> {
  const principal = await authenticate(deps, signedRequest(context, sha256('')));
  mustBeAllowed(contract.getComponentFileContent.allow, principal);
  const params = contract.getComponentFileContent.params?.safeParse(context.req.param()).data;
  if (!params) throw new HttpError(404, 'not found');
  await selectVisible(deps.kysely, params.componentId, principal);
  const file = await selectFile(deps.kysely, params);
  const { rows } = await sql<{ artefact: string }>`select artefact from component_files where id = ${file.id}`.execute(deps.kysely);
  return contentResponse(await deps.artefacts.open(rows[0]!.artefact), file);
}

async function selectVisible(db: Kysely<unknown>, componentId: string, caller: Known): Promise<Row> {
  const component = await selectRow(db, components, componentId);
  await mustSeeComponent(db, caller, component);
  return component;
}

async function selectFile(db: Kysely<unknown>, { componentId, fileId }: { readonly componentId: string; readonly fileId: string }): Promise<Row> {
  const file = await selectRow(db, componentFiles, fileId);
  if (file['component_id'] !== componentId) throw notFound(componentFiles);
  return file;
}

function mustManage(caller: Known, component: Row): void {
  const teamId = component['team_id'];
  if (typeof teamId === 'string' ? isMember(caller, teamId) : rolesOf(caller).has('epm') || caller.kind === 'feeder') return;
  throw notAuthorized();
}
