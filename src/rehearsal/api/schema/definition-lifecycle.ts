import type { Clock } from '../../../util/clock.ts';
import { DEFINITION } from '../kinds/built-ins.ts';
import { conform } from './schema.ts';
import { isJson, list, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import { resourcesOf, storageKey } from '../kinds/resource.ts';
import { seconds } from '../seconds.ts';
import type { Store } from '../store.ts';

const KEY = storageKey(DEFINITION);
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

/**
 * What apiextensions' controllers do: accepts a new definition's names, gives stored objects a changed schema's defaults,
 * and, when a definition is deleted, deletes its objects before it goes.
 *
 * Each step comes just after the write that caused it, as in the real server: a moment, not a time of the clock.
 */
export function followDefinitions(store: Store, clock: Clock): void {
  store.listen((change) => {
    if (change.resource === KEY) {
      if (change.type === 'DELETED') return;
      if (change.before !== undefined && isTerminating(change.object)) setImmediate(() => clean(store, clock, change.object));
      else if (list(member(change.object, 'status'), 'conditions').length === 0) setImmediate(() => establish(store, clock, change.object));
      else if (change.before !== undefined) renew(store, change.object);
      return;
    }
    if (change.type !== 'DELETED') return;
    const definition = definitionOf(store, change.resource);
    if (definition !== undefined && isTerminating(definition)) setImmediate(() => clean(store, clock, definition));
  });
}

function isTerminating(definition: Json): boolean {
  return member(definition, 'metadata')['deletionTimestamp'] !== undefined;
}

/** @param key a storage key: group/plural. */
function definitionOf(store: Store, key: string): Json | undefined {
  const [group = '', plural = ''] = key.split('/');
  return store.get(KEY, '', `${plural}.${group}`);
}

/** A definition whose names are accepted: at once, because nobody else claims them. */
export function establishedStatus(definition: Json, lastTransitionTime: string): Json {
  const spec = member(definition, 'spec');
  const condition = { status: 'True', lastTransitionTime };
  const conditions = [
    { type: 'NamesAccepted', ...condition, reason: 'NoConflicts', message: 'no conflicts found' },
    { type: 'Established', ...condition, reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' },
  ];
  return { ...member(definition, 'status'), conditions, acceptedNames: spec['names'] };
}

function establish(store: Store, clock: Clock, created: Json): void {
  const definition = store.get(KEY, '', text(member(created, 'metadata'), 'name'));
  if (definition === undefined || isTerminating(definition)) return;
  store.put(KEY, { ...definition, status: establishedStatus(definition, seconds(clock)) });
}

/** Objects are read with the schema of now: new defaults appear without a write. */
function renew(store: Store, definition: Json): void {
  const [resource] = resourcesOf(definition);
  if (resource === undefined) return;
  store.rewrite(storageKey(resource), (object) => {
    const { apiVersion, kind, metadata, ...rest } = object;
    const kept = conform(rest, resource.schema, '', () => undefined);
    return { apiVersion, kind, metadata, ...(isJson(kept) ? kept : {}) };
  });
}

function clean(store: Store, clock: Clock, deleted: Json): void {
  const name = text(member(deleted, 'metadata'), 'name');
  const definition = store.get(KEY, '', name);
  if (definition === undefined || !isTerminating(definition)) return;
  const spec = member(definition, 'spec');
  const key = `${text(spec, 'group')}/${text(member(spec, 'names'), 'plural')}`;
  for (const object of store.all(key, '')) {
    const metadata = member(object, 'metadata');
    if (list(metadata, 'finalizers').length === 0) store.remove(key, object);
    else if (metadata['deletionTimestamp'] === undefined)
      store.put(key, { ...object, metadata: { ...metadata, deletionTimestamp: seconds(clock), deletionGracePeriodSeconds: 0 } });
  }
  if (store.all(key, '').length > 0) return;
  const metadata = member(definition, 'metadata');
  const finalizers = list(metadata, 'finalizers').filter((one) => one !== CLEANUP);
  if (finalizers.length === 0) store.remove(KEY, definition);
  else if (finalizers.length < list(metadata, 'finalizers').length) store.put(KEY, { ...definition, metadata: { ...metadata, finalizers } });
}

/** A definition as it waits for its objects to go. */
export function terminatingDefinition(definition: Json, deletionTimestamp: string): Json {
  const metadata = member(definition, 'metadata');
  const status = member(definition, 'status');
  const condition = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: deletionTimestamp,
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  return {
    ...definition,
    metadata: { ...metadata, deletionTimestamp, finalizers: [...new Set([...list(metadata, 'finalizers'), CLEANUP])] },
    status: { ...status, conditions: [...list(status, 'conditions'), condition] },
  };
}
