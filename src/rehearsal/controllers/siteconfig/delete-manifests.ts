import type { KubeClient } from '../../../kube/kube-client.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import type { ManifestReference } from '../../../render/siteconfig/instance-status.ts';
import { OWNED_BY, ownerMark, type Owner } from '../../../render/siteconfig/owner.ts';

export interface Deletion {
  /** What this call asked to go, or found still going; empty when nothing of ours is left. */
  readonly references: readonly ManifestReference[];
  /** Since when the oldest of them is going; milliseconds since the epoch. */
  readonly sinceMs: number;
}

/**
 * Deletes the highest wave that still has objects of this owner. Lower waves wait for the next call.
 *
 * Objects that another ClusterInstance has taken over are left alone.
 */
export async function deleteHighestWave(
  { kube, nowMs }: { readonly kube: KubeClient; readonly nowMs: number },
  owner: Owner,
  references: readonly ManifestReference[],
  signal: AbortSignal,
): Promise<Deletion> {
  const waves = [...new Set(references.map(({ syncWave }) => syncWave))].toSorted((a, b) => b - a);
  for (const wave of waves) {
    const left: ManifestReference[] = [];
    let sinceMs = nowMs;
    for (const reference of references.filter(({ syncWave }) => syncWave === wave)) {
      const object = await kube.get(refOf(reference), signal);
      if (object?.metadata.labels?.[OWNED_BY] !== ownerMark(owner)) continue;
      left.push(reference);
      sinceMs = Math.min(sinceMs, deletedAtMs(object) ?? nowMs);
      if (object.metadata.deletionTimestamp === undefined)
        await kube.delete(
          refOf(reference),
          { propagationPolicy: 'Background', ...(object.metadata.uid !== undefined && { uid: object.metadata.uid }) },
          signal,
        );
    }
    if (left.length > 0) return { references: left, sinceMs };
  }
  return { references: [], sinceMs: nowMs };
}

function refOf({ apiGroup, kind, name, namespace }: ManifestReference): { apiVersion: string; kind: string; name: string; namespace?: string } {
  return { apiVersion: apiGroup, kind, name, ...(namespace !== undefined && { namespace }) };
}

function deletedAtMs({ metadata }: KubeObject): number | undefined {
  return metadata.deletionTimestamp === undefined ? undefined : Date.parse(metadata.deletionTimestamp);
}
