import { DELETE_OPTIONS, mediaType, objectFrom, patcher, readBody } from './body.ts';
import type { FieldValidation } from '../schema/decode.ts';
import { deleteOptions, remove } from './delete.ts';
import { applyObject } from '../fields/apply-object.ts';
import { answer } from '../answer.ts';
import { finalizerWarnings } from './finalizers.ts';
import type { Exchange, HandlerDeps } from '../exchange.ts';
import { member, text } from '../json.ts';
import type { Json } from '../json.ts';
import type { ResourceRequest, Verb } from '../parse-request.ts';
import { list } from '../read/list.ts';
import { listQuery } from '../read/read.ts';
import { SCALE, scaled, scaleOf } from './scale.ts';
import { invalidOptions } from '../status-error.ts';
import { storageKey } from '../kinds/resource.ts';
import { create, patch, replace, rewrite } from './write.ts';
import type { Write } from './target.ts';
import { checkVersions } from './write-checks.ts';

type WriteTarget = ResourceRequest & { readonly verb: Exclude<Verb, 'get' | 'list' | 'watch'> };

const OPTIONS = { create: 'CreateOptions', update: 'UpdateOptions', patch: 'PatchOptions', delete: 'DeleteOptions', deletecollection: 'DeleteOptions' };
const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn'];

/** Everything that changes something. @throws StatusError */
export async function writeObject(deps: HandlerDeps, exchange: Exchange, target: WriteTarget): Promise<void> {
  const body = await readBody(exchange.request);
  const warnings: string[] = [];
  const write = writeOf(exchange, target, (warning) => void (warnings.includes(warning) || warnings.push(warning)));
  try {
    const [code, result] = await act(deps, exchange, target, write, body);
    if (code === 201) for (const one of finalizerWarnings(target.resource, member(result, 'metadata'))) write.warn(one);
    setWarnings(exchange, warnings);
    exchange.wrote(result);
    answer(deps, exchange, target, code, result);
  } catch (error) {
    setWarnings(exchange, warnings);
    throw error;
  }
}

function setWarnings({ response }: Exchange, warnings: readonly string[]): void {
  if (warnings.length === 0) return;
  response.setHeader(
    'Warning',
    warnings.map((warning) => `299 - ${JSON.stringify(warning)}`),
  );
}

async function act(deps: HandlerDeps, { request }: Exchange, target: WriteTarget, write: Write, body: string | Buffer): Promise<readonly [number, Json]> {
  const type = mediaType(request);
  const { verb } = target;
  if (target.subresource === 'scale') return [200, await changeScale(deps, target, write, type, body)];
  switch (verb) {
    case 'create': {
      const { object, duplicates } = objectFrom(type, body, target.resource);
      return [201, await create(deps, write, object, duplicates)];
    }
    case 'update': {
      const { object, duplicates } = objectFrom(type, body, target.resource);
      return [200, await replace(deps, write, object, duplicates)];
    }
    case 'patch':
      return patchOrApply(deps, target, write, type, body);
    case 'delete':
      return [200, await removeOne(deps, write, target, optionsIn(type, body))];
    case 'deletecollection':
      break;
    default:
      verb satisfies never;
  }
  return [200, await removeAll(deps, target, write, optionsIn(type, body))];
}

async function patchOrApply(deps: HandlerDeps, target: WriteTarget, write: Write, type: string, body: string | Buffer): Promise<readonly [number, Json]> {
  const isApply = type === 'application/apply-patch+yaml';
  const force = target.query.get('force');
  if (force !== null && !isApply)
    throw invalidOptions('PatchOptions', { reason: 'FieldValueForbidden', message: 'Forbidden: may not be specified for non-apply patch', field: 'force' });
  if (!isApply) return [200, await patch(deps, write, patcher(type, body, target.resource))];
  if (!target.query.get('fieldManager')) {
    throw invalidOptions('PatchOptions', { reason: 'FieldValueRequired', message: 'Required value: is required for apply patch', field: 'fieldManager' });
  }
  const { object: applied } = objectFrom('application/yaml', body, target.resource);
  const { object, isNew } = await applyObject(deps, write, applied, force === 'true');
  return [isNew ? 201 : 200, object];
}

async function changeScale(deps: HandlerDeps, { resource, verb }: WriteTarget, write: Write, type: string, body: string | Buffer): Promise<Json> {
  const make = verb === 'update' ? () => objectFrom(type, body, SCALE).object : patcher(type, body, SCALE);
  const changed = await rewrite(deps, write, (current) => {
    const scale = make(scaleOf(resource, current));
    checkVersions(write, member(scale, 'metadata'), member(current, 'metadata'), true);
    return scaled(resource, current, scale);
  });
  return scaleOf(resource, changed);
}

function optionsIn(type: string, body: string | Buffer): Json {
  return body.length === 0 ? {} : objectFrom(type, body, DELETE_OPTIONS).object;
}

/** Options of a delete may come in its body too. */
function removeOne(deps: HandlerDeps, write: Write, { query }: WriteTarget, body: Json): Promise<Json> {
  const dryRun = write.dryRun || (Array.isArray(body['dryRun']) && body['dryRun'].includes('All'));
  return remove(deps, { ...write, dryRun }, deleteOptions(body, query));
}

/** Deletes what matches. @returns the list of it, as it was. */
async function removeAll(deps: HandlerDeps, target: WriteTarget, write: Write, body: Json): Promise<Json> {
  const options = deleteOptions(body, target.query);
  const query = listQuery(target);
  const before = await list(deps.store, query);
  for (const item of deps.store.all(storageKey(target.resource), target.namespace).filter(query.matches)) {
    const metadata = member(item, 'metadata');
    await remove(deps, { ...write, namespace: text(metadata, 'namespace'), name: text(metadata, 'name') }, options);
  }
  return before;
}

function writeOf({ request, user }: Exchange, target: WriteTarget, warn: (text: string) => void): Write {
  const { query, verb } = target;
  const kind = OPTIONS[verb];
  const dryRun = query.getAll('dryRun').filter((one) => one !== '');
  if (dryRun.some((one) => one !== 'All')) {
    const message = `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`;
    throw invalidOptions(kind, { reason: 'FieldValueNotSupported', message, field: 'dryRun' });
  }
  const fieldValidation = query.get('fieldValidation') ?? '';
  if (!VALIDATIONS.includes(fieldValidation)) {
    const message = `Unsupported value: ${JSON.stringify(fieldValidation)}: supported values: ${VALIDATIONS.map((one) => JSON.stringify(one)).join(', ')}`;
    throw invalidOptions(kind, { reason: 'FieldValueNotSupported', message, field: 'fieldValidation' });
  }
  const manager = query.get('fieldManager') || (request.headers['user-agent'] ?? 'unknown').split('/')[0]?.slice(0, 128) || 'unknown';
  if (manager.length > 128)
    throw invalidOptions(kind, { reason: 'FieldValueTooLong', message: 'Too long: may not be more than 128 bytes', field: 'fieldManager' });
  return {
    ...target,
    manager,
    user: user.name,
    uid: user.uid,
    groups: user.groups,
    options: {
      ...(query.get('fieldManager') ? { fieldManager: query.get('fieldManager') } : {}),
      ...(dryRun.length > 0 ? { dryRun } : {}),
      ...(fieldValidation === '' ? {} : { fieldValidation }),
    },
    dryRun: dryRun.length > 0,
    fieldValidation: fieldValidation === '' ? 'Warn' : (fieldValidation as FieldValidation),
    warn,
  };
}
