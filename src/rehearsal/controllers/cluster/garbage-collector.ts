import { refOf, type KindRef, type KubeObject, type ObjectRef, type OwnerReference } from '../../../kube/objects.ts';
import type { Controller, ObjectKey } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/**
 * Deletes objects whose owners are gone, and holds owners that are deleted in the foreground until their dependents are.
 *
 * Sees objects of the given kinds; an owner of another kind is asked for.
 */
export function garbageCollector({ kube }: Pick<HubDeps, 'kube'>, cache: ObjectCache, kinds: readonly KindRef[]): Controller {
  /** Objects by the uid of each of their owners. */
  const dependents = new Map<string, Map<string, KubeObject>>();

  const note = (object: KubeObject): readonly ObjectKey[] => {
    const { uid, ownerReferences = [], deletionTimestamp } = object.metadata;
    const present = cache.get(refOf(object))?.metadata.uid === uid;
    for (const owner of ownerReferences) {
      const known = dependents.get(owner.uid) ?? new Map<string, KubeObject>();
      dependents.set(owner.uid, known);
      if (present) known.set(uid!, object);
      else known.delete(uid!);
    }
    const own = present && (ownerReferences.length > 0 || waitsForDependents(object)) ? [keyOf(refOf(object))] : [];
    const owners = present && deletionTimestamp === undefined ? [] : ownerReferences.map((owner) => keyOf(ownerRef(owner, object)));
    const owned = present ? [] : [...(dependents.get(uid!)?.values() ?? [])].map((one) => keyOf(refOf(one)));
    if (!present) dependents.delete(uid!);
    return [...own, ...owners, ...owned];
  };

  const find = async (owner: OwnerReference, dependent: KubeObject, signal: AbortSignal): Promise<KubeObject | undefined> => {
    const ref = ownerRef(owner, dependent);
    const { namespace: _namespace, ...clusterScoped } = ref;
    const known = cache.get(ref) ?? cache.get(clusterScoped);
    if (known?.metadata.uid === owner.uid) return known;
    // The cache may be behind, or not have this kind: only the server's word deletes anything.
    const now = await kube.get(ref, signal);
    return now?.metadata.uid === owner.uid ? now : undefined;
  };

  const collect = async (object: KubeObject, signal: AbortSignal): Promise<void> => {
    const { ownerReferences = [], deletionTimestamp, uid } = object.metadata;
    if (ownerReferences.length === 0 || deletionTimestamp !== undefined) return;
    const owners = await Promise.all(ownerReferences.map(async (owner) => ({ owner, found: await find(owner, object, signal) })));
    const blocking = owners.some(({ owner, found }) => found && owner.blockOwnerDeletion === true && waitsFor(found, FOREGROUND));
    if (blocking || owners.every(({ found }) => found === undefined)) await kube.delete(refOf(object), { propagationPolicy: 'Background', uid: uid! }, signal);
    else if (owners.some(({ found }) => found === undefined))
      await setOwners(
        object,
        owners.filter(({ found }) => found).map(({ owner }) => owner),
        signal,
      );
  };

  const release = async (owner: KubeObject, signal: AbortSignal): Promise<void> => {
    const owned = [...(dependents.get(owner.metadata.uid!)?.values() ?? [])];
    if (waitsFor(owner, ORPHAN)) {
      for (const one of owned)
        await setOwners(
          one,
          one.metadata.ownerReferences!.filter(({ uid }) => uid !== owner.metadata.uid),
          signal,
        );
    } else {
      const blocking = owned.filter(({ metadata }) =>
        metadata.ownerReferences!.some((one) => one.uid === owner.metadata.uid && one.blockOwnerDeletion === true),
      );
      for (const one of blocking) await collect(one, signal);
      if (blocking.length > 0) return;
    }
    const finalizers = owner.metadata.finalizers!.filter((one) => one !== FOREGROUND && one !== ORPHAN);
    await kube.patch(refOf(owner), { metadata: { finalizers, resourceVersion: owner.metadata.resourceVersion } }, { type: 'merge' }, signal);
  };

  const setOwners = async (object: KubeObject, ownerReferences: readonly OwnerReference[], signal: AbortSignal): Promise<void> => {
    await kube.patch(refOf(object), { metadata: { ownerReferences, uid: object.metadata.uid } }, { type: 'merge' }, signal);
  };

  return {
    name: 'garbage-collector',
    watches: kinds.map((kind) => ({ kind, keysOf: note })),
    async reconcile(key, signal) {
      const object = cache.get(refIn(key));
      if (object === undefined) return;
      await (waitsForDependents(object) ? release(object, signal) : collect(object, signal));
    },
  };
}

function waitsForDependents(object: KubeObject): boolean {
  return waitsFor(object, FOREGROUND) || waitsFor(object, ORPHAN);
}

function waitsFor({ metadata }: KubeObject, finalizer: string): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(finalizer) === true;
}

function ownerRef({ apiVersion, kind, name }: OwnerReference, { metadata: { namespace } }: KubeObject): ObjectRef {
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) };
}

/** A key names one object among all kinds: the kind goes into the name, where no blank can be. */
function keyOf({ apiVersion, kind, name, namespace }: ObjectRef): ObjectKey {
  return { namespace, name: `${apiVersion} ${kind} ${name}` };
}

function refIn({ namespace, name: packed }: ObjectKey): ObjectRef {
  const [apiVersion = '', kind = '', name = ''] = packed.split(' ');
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) };
}
