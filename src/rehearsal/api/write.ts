import { randomBytes, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../util/clock.ts';
import { checkFinalizers } from './finalizers.ts';
import { list, member, text } from './json.ts';
import type { Json } from './json.ts';
import { storageKey } from './resource.ts';
import type { Resource } from './resource.ts';
import { conformObject } from './schema.ts';
import { alreadyExists, badRequest, conflict, detailsOf, invalid, MODIFIED, notFound, StatusError } from './status-error.ts';
import type { Store } from './store.ts';
import { checkName } from './validate-name.ts';

export interface WriteDeps {
  readonly store: Store;
  readonly clock: Clock;
}

/** Where in the API a request points. */
export interface Target {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

const NAMESPACES = '/namespaces';
const DEFINITIONS = 'apiextensions.k8s.io/customresourcedefinitions';
const SERVER_OWNED = ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation', 'resourceVersion', 'namespace', 'name'];

/** @returns the object as it was stored. @throws StatusError */
export function create(deps: WriteDeps, target: Target, given: Json): Json {
  const { resource, namespace } = target;
  checkType(resource, given);
  const metadata = member(given, 'metadata');
  if (text(metadata, 'namespace') !== '' && text(metadata, 'namespace') !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  const prefix = text(metadata, 'generateName');
  const name = text(metadata, 'name') || (prefix === '' ? '' : prefix + randomBytes(4).toString('hex').slice(0, 5));
  if (resource.namespaced) checkNamespace(deps, target, name);
  checkName(resource, name);
  checkFinalizers(resource, name, metadata);
  const existing = deps.store.get(storageKey(resource), namespace, name);
  if (existing !== undefined) throw alreadyExists(resource, name, member(existing, 'metadata')['deletionTimestamp'] !== undefined);
  const { resourceVersion: _version, ...rest } = metadata;
  const born = { ...rest, name, ...(resource.namespaced ? { namespace } : {}), uid: randomUUID(), creationTimestamp: seconds(deps.clock) };
  return deps.store.put(storageKey(resource), completed(resource, { ...given, metadata: born }));
}

function completed(resource: Resource, given: Json): Json {
  const metadata = member(given, 'metadata');
  if (resource.schema !== undefined) {
    const { status: _status, ...rest } = given;
    const kept = resource.subresources.includes('status') ? rest : given;
    return conformObject({ ...kept, metadata: { ...metadata, generation: 1 } }, resource.schema);
  }
  if (storageKey(resource) === NAMESPACES) {
    const labels = { ...member(metadata, 'labels'), 'kubernetes.io/metadata.name': metadata['name'] };
    return { ...given, metadata: { ...metadata, labels }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
  }
  if (storageKey(resource) === DEFINITIONS) return established(given, text(metadata, 'creationTimestamp'));
  return given;
}

function established(definition: Json, lastTransitionTime: string): Json {
  const spec = member(definition, 'spec');
  const names = { ...member(spec, 'names') };
  names['singular'] ??= text(names, 'kind').toLowerCase();
  names['listKind'] ??= `${text(names, 'kind')}List`;
  const condition = { status: 'True', lastTransitionTime, observedGeneration: 1 };
  const conditions = [
    { type: 'NamesAccepted', ...condition, reason: 'NoConflicts', message: 'no conflicts found' },
    { type: 'Established', ...condition, reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' },
  ];
  const versions = list(spec, 'versions').filter((one): one is Json => typeof one === 'object' && one !== null);
  const storedVersions = versions.filter((one) => one['storage'] === true).map((one) => one['name']);
  const metadata = { ...member(definition, 'metadata'), generation: 1 };
  return { ...definition, metadata, spec: { conversion: { strategy: 'None' }, ...spec, names }, status: { conditions, acceptedNames: names, storedVersions } };
}

/** Replaces what is there; `patched` marks a change computed by the server. @throws StatusError */
export function update(deps: WriteDeps, target: Target, given: Json, patched: boolean): Json {
  const { resource, name, namespace } = target;
  const key = storageKey(resource);
  const current = deps.store.get(key, namespace, name);
  checkType(resource, given);
  const metadata = member(given, 'metadata');
  if (text(metadata, 'name') !== name) throw badRequest(`the name of the object (${text(metadata, 'name')}) does not match the name on the URL (${name})`);
  if (current === undefined) throw notFound(resource, name);
  const now = member(current, 'metadata');
  checkVersions(target, metadata, now, patched);
  if (target.subresource === 'finalize') return finalize(deps, current, given);
  const next = merged(resource, target.subresource, current, given);
  if (isDeepStrictEqual(next, current)) return current;
  const finalizers = list(member(next, 'metadata'), 'finalizers');
  if (now['deletionTimestamp'] !== undefined) {
    const added = finalizers.filter((one) => !list(now, 'finalizers').includes(one));
    if (added.length > 0) throw newFinalizers(resource, name, added);
    if (finalizers.length === 0 && key !== NAMESPACES) {
      deps.store.remove(key, next);
      return next;
    }
  }
  return deps.store.put(key, next);
}

function newFinalizers(resource: Resource, name: string, added: readonly unknown[]): StatusError {
  const shown = `[]string{${added.map((one) => JSON.stringify(one)).join(', ')}}`;
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`;
  const cause = { reason: 'FieldValueForbidden', message, field: 'metadata.finalizers' };
  // The real server checks the metadata of a custom resource twice and says so twice.
  return invalid(resource, name, resource.schema === undefined ? [cause] : [cause, cause]);
}

function checkVersions({ resource, name, namespace }: Target, metadata: Json, now: Json, patched: boolean): void {
  const uid = text(metadata, 'uid');
  if (uid !== '' && uid !== now['uid']) {
    if (patched) {
      const cause = { reason: 'FieldValueInvalid', message: `Invalid value: "${uid}": field is immutable`, field: 'metadata.uid' };
      throw invalid(resource, name, resource.schema === undefined ? [cause] : [cause, cause]);
    }
    const key = ['/registry', resource.group, resource.plural, namespace, name].filter((part) => part !== '').join('/');
    const precondition = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${text(now, 'uid')}`;
    throw conflict(resource, name, `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${precondition}`);
  }
  const version = text(metadata, 'resourceVersion');
  if (version === '' && resource.schema !== undefined && !patched) {
    const cause = { reason: 'FieldValueInvalid', message: 'Invalid value: 0: must be specified for an update', field: 'metadata.resourceVersion' };
    throw invalid(resource, name, [cause], resource.plural);
  }
  if (version !== '' && version !== now['resourceVersion']) throw conflict(resource, name, MODIFIED);
}

function merged(resource: Resource, subresource: string, current: Json, given: Json): Json {
  if (subresource === 'status') {
    const next = { ...current, status: given['status'] };
    return resource.schema === undefined ? next : conformObject(next, resource.schema);
  }
  const now = member(current, 'metadata');
  const metadata: Json = { ...member(given, 'metadata') };
  for (const key of SERVER_OWNED) {
    if (now[key] === undefined) delete metadata[key];
    else metadata[key] = now[key];
  }
  for (const key of ['finalizers', 'labels', 'annotations']) if (isEmpty(metadata[key])) delete metadata[key];
  let next: Json = { ...given, metadata };
  if (resource.subresources.includes('status')) {
    const { status: _status, ...rest } = next;
    next = current['status'] === undefined ? rest : { ...rest, status: current['status'] };
  }
  if (resource.schema !== undefined) next = conformObject(next, resource.schema);
  const content = (object: Json): Json => ({ ...object, metadata: null, ...(resource.subresources.includes('status') ? { status: null } : {}) });
  if (typeof now['generation'] === 'number' && !isDeepStrictEqual(content(next), content(current))) metadata['generation'] = now['generation'] + 1;
  return { ...next, metadata };
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

function finalize(deps: WriteDeps, current: Json, given: Json): Json {
  const finalizers = list(member(given, 'spec'), 'finalizers');
  const next = { ...current, spec: finalizers.length === 0 ? {} : { finalizers } };
  if (finalizers.length > 0 || member(current, 'metadata')['deletionTimestamp'] === undefined) return deps.store.put(NAMESPACES, next);
  deps.store.remove(NAMESPACES, next);
  return next;
}

/** Deletes, or marks for deletion while finalizers are left. @returns the object, or a Status. @throws StatusError */
export function remove(deps: WriteDeps, { resource, namespace, name }: Target): Json {
  const key = storageKey(resource);
  const current = deps.store.get(key, namespace, name);
  if (current === undefined) throw notFound(resource, name);
  const metadata = member(current, 'metadata');
  if (metadata['deletionTimestamp'] !== undefined) return current;
  const deletionTimestamp = seconds(deps.clock);
  if (key === NAMESPACES) {
    return deps.store.put(key, { ...current, metadata: { ...metadata, deletionTimestamp }, status: { ...member(current, 'status'), phase: 'Terminating' } });
  }
  if (list(metadata, 'finalizers').length > 0) {
    const generation = typeof metadata['generation'] === 'number' ? { generation: metadata['generation'] + 1 } : {};
    return deps.store.put(key, { ...current, metadata: { ...metadata, ...generation, deletionTimestamp, deletionGracePeriodSeconds: 0 } });
  }
  deps.store.remove(key, current);
  const details = { ...detailsOf(resource, name), uid: metadata['uid'] };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

function checkNamespace({ store }: WriteDeps, { resource, namespace }: Target, name: string): void {
  const found = store.get(NAMESPACES, '', namespace);
  if (found === undefined) throw new StatusError(404, 'NotFound', `namespaces "${namespace}" not found`, { name: namespace, kind: 'namespaces' });
  if (member(found, 'metadata')['deletionTimestamp'] === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const shown = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  const causes = [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }];
  throw new StatusError(403, 'Forbidden', `${shown} "${name}" is forbidden: ${why}`, { ...detailsOf(resource, name), causes });
}

function checkType(resource: Resource, given: Json): void {
  const expected = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  const version = text(given, 'apiVersion');
  if (version !== expected) throw badRequest(`the API version in the data (${version}) does not match the expected API version (${expected})`);
  const kind = text(given, 'kind');
  if (kind === resource.kind) return;
  const cause = { reason: 'FieldValueInvalid', message: `Invalid value: "${kind}": must be ${resource.kind}`, field: 'kind' };
  throw invalid(resource, text(member(given, 'metadata'), 'name'), [cause], kind);
}

/** RFC 3339 with whole seconds, as Kubernetes writes times. */
function seconds(clock: Clock): string {
  return `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
}
