import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../util/clock.ts';
import type { Admit } from './admission.ts';
import { admitted } from './admission.ts';
import { NAMESPACE } from './built-ins.ts';
import { mistakesInApplied } from './check-applied.ts';
import { decode } from './decode.ts';
import type { FieldValidation } from './decode.ts';
import { objectType } from './field-type.ts';
import { isJson, list, member, text } from './json.ts';
import type { Json } from './json.ts';
import { managersOf } from './managed-fields.ts';
import { normalise } from './normalise.ts';
import { apiVersionOf, storageKey } from './resource.ts';
import type { Resource } from './resource.ts';
import { apply, ownUpdate } from './server-side-apply.ts';
import type { ManagedWrite } from './server-side-apply.ts';
import { seconds } from './seconds.ts';
import { alreadyExists, badRequest, conflict, detailsOf, invalid, MODIFIED, notFound, StatusError } from './status-error.ts';
import type { Store } from './store.ts';
import { beforeCreate, beforeUpdate } from './strategy.ts';
import { validate } from './validate.ts';

export interface WriteDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly randomUuid: () => string;
  readonly admit: Admit | undefined;
}

/** Where in the API a request points. */
export interface Target {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

/** One write: where, by whom, and how. */
export interface Write extends Target {
  /** Name in managedFields. */
  readonly manager: string;
  readonly user: string;
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  readonly warn: (text: string) => void;
}

/** @returns the object as it was stored. @throws StatusError */
export async function create(deps: WriteDeps, write: Write, given: Json, duplicates: readonly string[] = []): Promise<Json> {
  const { resource } = write;
  const decoded = normalise(resource, decode(resource, given, { ...write, duplicates, patched: false }));
  const born = named(deps, write, decoded);
  const nothing = { apiVersion: decoded['apiVersion'], kind: decoded['kind'], metadata: {} };
  return insert(deps, write, ownUpdate(nothing, born, managersOf(born), ownership(deps, write)));
}

function named({ clock, randomUuid }: WriteDeps, { resource, namespace, name: asked }: Write, object: Json): Json {
  const { resourceVersion: _version, ...given } = member(object, 'metadata');
  const { namespace: _namespace, ...clusterWide } = given;
  const metadata = resource.namespaced ? given : clusterWide;
  if (text(metadata, 'namespace') !== '' && text(metadata, 'namespace') !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  const prefix = text(metadata, 'generateName');
  const name = text(metadata, 'name') || asked || (prefix === '' ? '' : prefix + suffix(randomUuid));
  const place = resource.namespaced ? { namespace } : {};
  return { ...object, metadata: { ...metadata, name, ...place, uid: randomUuid(), creationTimestamp: seconds(clock) } };
}

/** Five characters of the alphabet Kubernetes uses for generated names. */
function suffix(randomUuid: () => string): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  return [...Buffer.from(randomUuid().replaceAll('-', ''), 'hex').subarray(0, 5)].map((byte) => alphabet[byte % alphabet.length]).join('');
}

async function insert(deps: WriteDeps, write: Write, object: Json): Promise<Json> {
  const { resource, namespace } = write;
  const name = text(member(object, 'metadata'), 'name');
  if (resource.namespaced) checkNamespace(deps, write, name);
  const born = beforeCreate(resource, object);
  validate({ resource, subresource: '', object: born, old: undefined });
  await admitted(deps.admit, { operation: 'CREATE', object: born, oldObject: undefined, resource, subresource: '', user: write.user });
  const existing = deps.store.get(storageKey(resource), namespace, name);
  if (existing !== undefined) throw alreadyExists(resource, name, member(existing, 'metadata')['deletionTimestamp'] !== undefined);
  return write.dryRun ? born : deps.store.put(storageKey(resource), born);
}

/** Replaces an object with the request's. @throws StatusError */
export function replace(deps: WriteDeps, write: Write, given: Json, duplicates: readonly string[] = []): Promise<Json> {
  const next = normalise(write.resource, decode(write.resource, given, { ...write, duplicates, patched: false }));
  checkName(write, next);
  return change(deps, write, () => next, false);
}

/** Changes an object by a patch of any kind but apply. @throws StatusError */
export function patch(deps: WriteDeps, write: Write, patched: (current: Json) => Json): Promise<Json> {
  const { resource } = write;
  return change(
    deps,
    write,
    (current) => {
      const next = normalise(resource, decode(resource, patched(current), { ...write, duplicates: [], patched: true }));
      checkName(write, next);
      return next;
    },
    true,
  );
}

async function change(deps: WriteDeps, write: Write, make: (current: Json) => Json, patched: boolean): Promise<Json> {
  return settle(deps, write, (current) => {
    const next = make(current);
    checkVersions(write, member(next, 'metadata'), member(current, 'metadata'), patched);
    if (write.subresource === 'finalize') return finalized(current, next);
    const given = managersOf(next);
    return ownUpdate(current, next, write.subresource === '' && given.size > 0 ? given : managersOf(current), ownership(deps, write));
  });
}

/** A namespace with the finalizers of its spec replaced. */
function finalized(current: Json, given: Json): Json {
  const finalizers = list(member(given, 'spec'), 'finalizers');
  return { ...current, spec: finalizers.length === 0 ? {} : { finalizers } };
}

/** Server-side apply: creates what is not there. @returns the object and whether it is new. @throws StatusError */
export async function applyObject(deps: WriteDeps, write: Write, applied: Json, force: boolean): Promise<{ readonly object: Json; readonly isNew: boolean }> {
  const { resource, namespace, name } = write;
  const metadata = member(applied, 'metadata');
  if (metadata['managedFields'] !== undefined) throw badRequest('metadata.managedFields must be nil');
  const type = objectType(resource.schema);
  const mistakes = mistakesInApplied(applied, type);
  if (mistakes.length > 0) throw unfit(resource, metadata, mistakes);
  const made = (current: Json): Json => {
    const next = apply(current, applied, force, ownership(deps, write));
    return normalise(resource, decode(resource, next, { ...write, fieldValidation: 'Ignore', duplicates: [], patched: true, keepNulls: true }));
  };
  if (deps.store.get(storageKey(resource), namespace, name) === undefined && write.subresource === '') {
    if (text(metadata, 'uid') !== '') throw uidMismatch(write, text(metadata, 'uid'));
    const next = made({ apiVersion: applied['apiVersion'], kind: applied['kind'], metadata: {} });
    checkName(write, next);
    return { object: await insert(deps, write, named(deps, write, next)), isNew: true };
  }
  const object = await settle(deps, write, (current) => {
    const next = made(current);
    checkName(write, next);
    checkVersions(write, member(next, 'metadata'), member(current, 'metadata'), true);
    return next;
  });
  return { object, isNew: false };
}

function unfit(resource: Resource, metadata: Json, mistakes: readonly string[]): StatusError {
  const what = mistakes.length === 1 ? mistakes[0] : `errors:\n${mistakes.map((one) => `  ${one}`).join('\n')}`;
  const where = `${text(metadata, 'namespace')}/${text(metadata, 'name')}; ${apiVersionOf(resource)}, Kind=${resource.kind}`;
  return new StatusError(500, '', `failed to create typed patch object (${where}): ${what}`);
}

function uidMismatch({ resource, name }: Target, uid: string): StatusError {
  return conflict(resource, name, `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`);
}

/** Stores what `make` makes of the current object; once more when somebody was faster. */
async function settle(deps: WriteDeps, write: Write, make: (current: Json) => Json): Promise<Json> {
  const { resource, namespace, name, subresource } = write;
  const key = storageKey(resource);
  for (;;) {
    const current = deps.store.get(key, namespace, name);
    if (current === undefined) throw notFound(resource, name);
    const next = subresource === 'finalize' ? make(current) : beforeUpdate(resource, subresource, make(current), current);
    if (isSame(next, current)) return current;
    validate({ resource, subresource, object: next, old: current });
    await admitted(deps.admit, { operation: 'UPDATE', object: next, oldObject: current, resource, subresource, user: write.user });
    if (deps.store.get(key, namespace, name) !== current) continue;
    if (write.dryRun) return next;
    if (!isGone(resource, next)) return deps.store.put(key, next);
    deps.store.remove(key, next);
    return next;
  }
}

/** Deleted, and nobody holds it any more. */
function isGone(resource: Resource, object: Json): boolean {
  const metadata = member(object, 'metadata');
  if (metadata['deletionTimestamp'] === undefined || list(metadata, 'finalizers').length > 0) return false;
  return resource !== NAMESPACE || list(member(object, 'spec'), 'finalizers').length === 0;
}

/** Equal but for the times in managedFields: then nothing is written. */
function isSame(next: Json, current: Json): boolean {
  const timeless = (object: Json): Json => {
    const metadata = member(object, 'metadata');
    const managedFields = list(metadata, 'managedFields').map((one) => (isJson(one) ? { ...one, time: null } : one));
    return { ...object, metadata: { ...metadata, managedFields } };
  };
  return isDeepStrictEqual(timeless(next), timeless(current));
}

function ownership({ clock }: WriteDeps, { resource, manager, subresource }: Write): ManagedWrite {
  const hasStatus = resource.subresources.includes('status');
  return { type: objectType(resource.schema), manager, apiVersion: apiVersionOf(resource), subresource, hasStatus, time: seconds(clock) };
}

function checkName({ name, resource, namespace }: Target, object: Json): void {
  const metadata = member(object, 'metadata');
  if (text(metadata, 'name') !== name) throw badRequest(`the name of the object (${text(metadata, 'name')}) does not match the name on the URL (${name})`);
  if (resource.namespaced && text(metadata, 'namespace') !== '' && text(metadata, 'namespace') !== namespace)
    throw badRequest(`the namespace of the object (${text(metadata, 'namespace')}) does not match the namespace on the URL (${namespace})`);
}

function checkVersions({ resource, name, namespace }: Target, metadata: Json, now: Json, patched: boolean): void {
  const uid = text(metadata, 'uid');
  if (uid !== '' && uid !== now['uid']) {
    if (patched) {
      const cause = { reason: 'FieldValueInvalid', message: `Invalid value: "${uid}": field is immutable`, field: 'metadata.uid' };
      throw invalid(resource, name, resource.custom ? [cause, cause] : [cause]);
    }
    const key = ['/registry', resource.group, resource.plural, namespace, name].filter((part) => part !== '').join('/');
    const precondition = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${text(now, 'uid')}`;
    throw conflict(resource, name, `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${precondition}`);
  }
  const version = text(metadata, 'resourceVersion');
  if (version === '' && resource.custom && !patched) {
    const cause = { reason: 'FieldValueInvalid', message: 'Invalid value: 0: must be specified for an update', field: 'metadata.resourceVersion' };
    throw invalid(resource, name, [cause], resource.plural);
  }
  if (version !== '' && version !== now['resourceVersion']) throw conflict(resource, name, MODIFIED);
}

function checkNamespace({ store }: WriteDeps, { resource, namespace }: Target, name: string): void {
  const found = store.get(storageKey(NAMESPACE), '', namespace);
  if (found === undefined) throw new StatusError(404, 'NotFound', `namespaces "${namespace}" not found`, { name: namespace, kind: 'namespaces' });
  if (member(found, 'metadata')['deletionTimestamp'] === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const shown = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  const causes = [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }];
  throw new StatusError(403, 'Forbidden', `${shown} "${name}" is forbidden: ${why}`, { ...detailsOf(resource, name), causes });
}
