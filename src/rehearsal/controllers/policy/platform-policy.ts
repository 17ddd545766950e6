import type { KubeClient } from '../../../kube/kube-client.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { isRecord } from '../../../util/is-record.ts';
import { specOf } from './policy.ts';

interface Template {
  readonly objectDefinition?: { readonly spec?: { readonly 'object-templates'?: readonly { readonly objectDefinition?: KubeObject }[] } };
}

/**
 * What a policy wants of the release of its cluster: the only thing that a simulated policy agent really looks at and
 * changes. Undefined for a policy that names no ClusterVersion.
 */
export function platformObjects(copy: KubeObject): readonly KubeObject[] | undefined {
  const templates = (specOf(copy)['policy-templates'] ?? []) as readonly Template[];
  const objects = templates.flatMap(({ objectDefinition }) =>
    (objectDefinition?.spec?.['object-templates'] ?? []).flatMap((one) => one.objectDefinition ?? []),
  );
  return objects.some(({ kind }) => kind === 'ClusterVersion') ? objects : undefined;
}

/** Whether the objects are as they must be on the cluster. With `enforce` they are changed first; what a status says is never written. */
export async function platformHolds(spoke: KubeClient, objects: readonly KubeObject[], enforce: boolean, signal: AbortSignal): Promise<boolean> {
  let holds = true;
  for (const wanted of objects) {
    const { status, ...written } = wanted;
    const ref = { apiVersion: wanted.apiVersion, kind: wanted.kind, ...refOf(wanted) };
    let live = await spoke.get(ref, signal);
    if (enforce && !includes(live, written)) live = live ? await spoke.patch(ref, written, { type: 'merge' }, signal) : await spoke.create(written, {}, signal);
    holds &&= includes(live, written) && includes(live?.['status'], status);
  }
  return holds;
}

function refOf({ metadata: { name, namespace } }: KubeObject): { readonly name: string; readonly namespace?: string } {
  return { name, ...(namespace !== undefined && { namespace }) };
}

/** `musthave`: every member that is wanted is there, every item of a list somewhere in the list. */
function includes(live: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return true;
  if (Array.isArray(wanted)) return Array.isArray(live) && wanted.every((item) => live.some((one) => includes(one, item)));
  if (!isRecord(wanted)) return live === wanted;
  return isRecord(live) && Object.entries(wanted).every(([key, value]) => includes(live[key], value));
}
