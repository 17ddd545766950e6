import { admitted } from './admission.ts';
import { DEFINITION, NAMESPACE } from '../kinds/built-ins.ts';
import { terminatingDefinition } from '../schema/definition-lifecycle.ts';
import { list, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import { storageKey } from '../kinds/resource.ts';
import { seconds } from '../seconds.ts';
import { conflict, detailsOf, invalidOptions, notFound } from '../status-error.ts';
import type { Write, WriteDeps } from './target.ts';

/** metav1.DeleteOptions, from the body or the query. */
export interface DeleteOptions {
  readonly propagationPolicy: string;
  readonly orphanDependents: boolean | undefined;
  readonly uid: string;
  readonly resourceVersion: string;
}

const POLICIES = ['Foreground', 'Background', 'Orphan'];

/** @throws StatusError 422 for options that contradict themselves. */
export function deleteOptions(body: Json, query: URLSearchParams): DeleteOptions {
  const given = (key: string): string => text(body, key) || (query.get(key) ?? '');
  const propagationPolicy = given('propagationPolicy');
  const orphan = body['orphanDependents'] ?? (query.has('orphanDependents') ? query.get('orphanDependents') === 'true' : undefined);
  if (propagationPolicy !== '' && orphan !== undefined) {
    const message = `Invalid value: ${JSON.stringify(propagationPolicy)}: orphanDependents and deletionPropagation cannot be both set`;
    throw invalidOptions('DeleteOptions', { reason: 'FieldValueInvalid', message, field: 'propagationPolicy' });
  }
  if (propagationPolicy !== '' && !POLICIES.includes(propagationPolicy)) {
    const supported = [...POLICIES, 'nil'].map((one) => JSON.stringify(one)).join(', ');
    const message = `Unsupported value: ${JSON.stringify(propagationPolicy)}: supported values: ${supported}`;
    throw invalidOptions('DeleteOptions', { reason: 'FieldValueNotSupported', message, field: 'propagationPolicy' });
  }
  const preconditions = member(body, 'preconditions');
  return {
    propagationPolicy,
    orphanDependents: typeof orphan === 'boolean' ? orphan : undefined,
    uid: text(preconditions, 'uid'),
    resourceVersion: text(preconditions, 'resourceVersion'),
  };
}

/** Deletes, or marks for deletion while finalizers are left. @returns the object, or a Status. @throws StatusError */
export async function remove(deps: WriteDeps, write: Write, options: DeleteOptions): Promise<Json> {
  const { resource, namespace, name } = write;
  const key = storageKey(resource);
  const current = deps.store.get(key, namespace, name);
  if (current === undefined) throw notFound(resource, name);
  checkPreconditions(write, member(current, 'metadata'), options);
  await admitted(deps.admit, { operation: 'DELETE', object: undefined, oldObject: current, resource, subresource: '', user: write.user });
  const change = { operation: 'DELETE', object: undefined, oldObject: current } as const;
  await deps.webhooks?.mutate(write, change);
  await deps.webhooks?.validate(write, change);
  if (deps.store.get(key, namespace, name) !== current) return remove(deps, write, options);
  const marked = markedForDeletion(write, current, options, seconds(deps.clock));
  if (marked !== undefined) return write.dryRun || marked === current ? marked : deps.store.put(key, marked);
  if (!write.dryRun) deps.store.remove(key, current);
  const details = { ...detailsOf(resource, name), uid: member(current, 'metadata')['uid'] };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

function checkPreconditions({ resource, name }: Write, { uid, resourceVersion }: Json, options: DeleteOptions): void {
  const wrong = (what: string, wanted: string, found: unknown, hint: string): Error =>
    conflict(
      resource,
      name,
      `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${String(found)}). The object might have been ${hint}`,
      resource.kind,
    );
  if (options.uid !== '' && options.uid !== uid) throw wrong('UID', options.uid, uid, 'deleted and then recreated');
  if (options.resourceVersion !== '' && options.resourceVersion !== resourceVersion)
    throw wrong('ResourceVersion', options.resourceVersion, resourceVersion, 'modified');
}

/** The object as it waits for its finalizers; undefined when nothing holds it. */
function markedForDeletion({ resource }: Write, current: Json, options: DeleteOptions, deletionTimestamp: string): Json | undefined {
  const metadata = member(current, 'metadata');
  const held = finalizers(metadata, options);
  if (resource === DEFINITION) return metadata['deletionTimestamp'] === undefined ? terminatingDefinition(current, deletionTimestamp) : current;
  if (resource === NAMESPACE) {
    const gone = held.length === 0 && list(member(current, 'spec'), 'finalizers').length === 0;
    if (gone) return undefined;
    if (metadata['deletionTimestamp'] !== undefined) return current;
    const status = { ...member(current, 'status'), phase: 'Terminating' };
    return { ...current, metadata: { ...metadata, ...(held.length > 0 ? { finalizers: held } : {}), deletionTimestamp }, status };
  }
  if (held.length === 0) return undefined;
  if (metadata['deletionTimestamp'] !== undefined) {
    return held.length === list(metadata, 'finalizers').length ? current : { ...current, metadata: { ...metadata, finalizers: held } };
  }
  const generation = resource.counted ? { generation: Number(metadata['generation'] ?? 0) + 1 } : {};
  return { ...current, metadata: { ...metadata, ...generation, finalizers: held, deletionTimestamp, deletionGracePeriodSeconds: 0 } };
}

/** A policy is kept as a finalizer that the garbage collector removes. */
function finalizers(metadata: Json, { propagationPolicy, orphanDependents }: DeleteOptions): readonly unknown[] {
  const own = list(metadata, 'finalizers').filter((one) => one !== 'orphan' && one !== 'foregroundDeletion');
  if (propagationPolicy === 'Orphan' || orphanDependents === true) return [...own, 'orphan'];
  if (propagationPolicy === 'Foreground') return [...own, 'foregroundDeletion'];
  return propagationPolicy === '' && orphanDependents === undefined ? list(metadata, 'finalizers') : own;
}
