import { isDeepStrictEqual } from 'node:util';
import { admitted } from './admission.ts';
import { NAMESPACE } from '../kinds/built-ins.ts';
import { decode } from '../schema/decode.ts';
import { objectType } from '../fields/field-type.ts';
import { isJson, list, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import { managersOf } from '../fields/managed-fields.ts';
import { normalise } from '../schema/normalise.ts';
import { apiVersionOf, storageKey, type Resource } from '../kinds/resource.ts';
import { ownUpdate } from '../fields/server-side-apply.ts';
import type { ManagedWrite } from '../fields/server-side-apply.ts';
import { seconds } from '../seconds.ts';
import { alreadyExists, badRequest, notFound, StatusError } from '../status-error.ts';
import { beforeCreate, beforeUpdate } from './strategy.ts';
import type { Write, WriteDeps } from './target.ts';
import { validate } from './validate.ts';
import { checkName, checkNamespace, checkVersions } from './write-checks.ts';

/** @returns the object as it was stored. @throws StatusError */
export async function create(deps: WriteDeps, write: Write, given: Json, duplicates: readonly string[] = []): Promise<Json> {
  const { resource } = write;
  const decoded = normalise(resource, decode(resource, given, { ...write, duplicates, patched: false }));
  const born = named(deps, write, decoded);
  const nothing = { apiVersion: decoded['apiVersion'], kind: decoded['kind'], metadata: {} };
  return insert(deps, write, ownUpdate(nothing, born, managersOf(born), ownership(deps, write)));
}

/** A new object with what the server gives it: name, place, uid and birth. @throws StatusError 400 */
export function named({ clock, randomUuid }: WriteDeps, { resource, namespace, name: asked }: Write, object: Json): Json {
  const { deletionTimestamp: _deletion, deletionGracePeriodSeconds: _grace, selfLink: _link, ...given } = member(object, 'metadata');
  if (!['', '0'].includes(text(given, 'resourceVersion'))) throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
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

/** Stores a new object. @throws StatusError */
export async function insert(deps: WriteDeps, write: Write, object: Json): Promise<Json> {
  const { resource, namespace } = write;
  const name = text(member(object, 'metadata'), 'name');
  if (resource.namespaced) checkNamespace(deps, write, name);
  const born = beforeCreate(resource, await mutatedBirth(deps, write, object));
  validate({ resource, subresource: '', object: born, old: undefined });
  await admitted(deps.admit, { operation: 'CREATE', object: born, oldObject: undefined, resource, subresource: '', user: write.user });
  await deps.webhooks?.validate(write, { operation: 'CREATE', object: born, oldObject: undefined });
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

/** A change to an object that the server computes itself: of its replicas, for one. @throws StatusError */
export function rewrite(deps: WriteDeps, write: Write, make: (current: Json) => Json): Promise<Json> {
  return settle(deps, write, (current) => ownUpdate(current, make(current), managersOf(current), ownership(deps, write)));
}

/** Stores what `make` makes of the current object; once more when somebody was faster. */
export async function settle(deps: WriteDeps, write: Write, make: (current: Json) => Json): Promise<Json> {
  const { resource, namespace, name, subresource } = write;
  const key = storageKey(resource);
  for (;;) {
    const current = deps.store.get(key, namespace, name);
    if (current === undefined) throw notFound(resource, name);
    const made = subresource === 'finalize' ? make(current) : beforeUpdate(resource, subresource, make(current), current);
    const next = (await mutatedChange(deps, write, made, current)) ?? made;
    if (isSame(next, current)) return current;
    validate({ resource, subresource, object: next, old: current });
    await admitted(deps.admit, { operation: 'UPDATE', object: next, oldObject: current, resource, subresource, user: write.user });
    await deps.webhooks?.validate(write, { operation: 'UPDATE', object: next, oldObject: current });
    if (deps.store.get(key, namespace, name) !== current) continue;
    if (write.dryRun) return next;
    if (!isGone(resource, next)) return deps.store.put(key, next);
    deps.store.remove(key, next);
    return next;
  }
}

/** A new object after its mutating webhooks, which do not see what only the store gives it. */
async function mutatedBirth({ webhooks }: WriteDeps, write: Write, object: Json): Promise<Json> {
  const { uid, creationTimestamp, ...given } = member(object, 'metadata');
  const asked = { ...object, metadata: given };
  const mutated = (await webhooks?.mutate(write, { operation: 'CREATE', object: asked, oldObject: undefined })) ?? asked;
  if (mutated === asked) return object;
  const next = reread(write, mutated);
  return { ...next, metadata: { ...member(next, 'metadata'), uid, creationTimestamp } };
}

/** A change after its mutating webhooks, which do not see yet that it counts as one. @returns undefined when they left it alone. */
async function mutatedChange({ webhooks }: WriteDeps, write: Write, made: Json, current: Json): Promise<Json | undefined> {
  const { generation } = member(current, 'metadata');
  const asked = { ...made, metadata: { ...member(made, 'metadata'), ...(generation === undefined ? {} : { generation }) } };
  const mutated = await webhooks?.mutate(write, { operation: 'UPDATE', object: asked, oldObject: current });
  return mutated === undefined || mutated === asked ? undefined : beforeUpdate(write.resource, write.subresource, reread(write, mutated), current);
}

/** What a webhook has made of an object, pruned and with its defaults like a client's. */
function reread({ resource, warn }: Write, object: Json): Json {
  return normalise(resource, decode(resource, object, { fieldValidation: 'Ignore', duplicates: [], patched: true, warn }));
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

/** A write as field ownership sees it. */
export function ownership({ clock }: WriteDeps, { resource, manager, subresource }: Write): ManagedWrite {
  const hasStatus = resource.subresources.includes('status');
  return { type: objectType(resource.schema), manager, apiVersion: apiVersionOf(resource), subresource, hasStatus, time: seconds(clock) };
}
