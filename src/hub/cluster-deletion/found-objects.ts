import { listIfServed } from '../../kube/list-if-served.ts';
import * as z from 'zod';
import type { KubeObject, ObjectRef } from '../../kube/objects.ts';
import type { Json, Memory } from '../../util/step.ts';
import type { Hub } from '../hub.ts';
import {
  AGENT,
  AGENT_CLUSTER_INSTALL,
  BARE_METAL_HOST,
  CLUSTER_DEPLOYMENT,
  CLUSTER_INSTANCE,
  INFRA_ENV,
  KLUSTERLET_ADDON_CONFIG,
  MANAGED_CLUSTER,
  NAMESPACE,
  NMSTATE_CONFIG,
  SECRET,
} from '../kinds.ts';

const FoundObject = z.object({ apiVersion: z.string(), kind: z.string(), namespace: z.string().exactOptional(), name: z.string(), uid: z.string() });

/** An object that belonged to the cluster when the job began: which one, not just what it is called. */
export type FoundObject = z.infer<typeof FoundObject>;

const IN_NAMESPACE = [
  CLUSTER_INSTANCE,
  AGENT_CLUSTER_INSTALL,
  CLUSTER_DEPLOYMENT,
  INFRA_ENV,
  NMSTATE_CONFIG,
  BARE_METAL_HOST,
  AGENT,
  KLUSTERLET_ADDON_CONFIG,
  SECRET,
];

/** Everything of a cluster on its hub that an installation made. */
export async function findObjects({ kube, cluster, context }: Hub): Promise<readonly KubeObject[]> {
  const above = [NAMESPACE, MANAGED_CLUSTER].map((kind) => kube.get({ ...kind, name: cluster.name }, context.signal));
  const objects = (await Promise.all(above)).filter((object) => object !== undefined);
  for (const kind of IN_NAMESPACE) {
    objects.push(...((await listIfServed(kube, { ...kind, namespace: cluster.name }, context.signal)) ?? []));
  }
  return objects;
}

export function remember(objects: readonly KubeObject[]): Json {
  return objects.map(({ apiVersion, kind, metadata: { namespace, name, uid } }) => ({
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    uid: uid ?? '',
  }));
}

/** What `remember` kept, of these kinds; all of it without any. */
export function recall(memory: Memory, ...kinds: readonly { readonly kind: string }[]): readonly FoundObject[] {
  const found = z.array(FoundObject).parse(memory['found'] ?? []);
  return kinds.length === 0 ? found : found.filter((object) => kinds.some(({ kind }) => kind === object.kind));
}

export function refOf({ apiVersion, kind, namespace, name }: FoundObject): ObjectRef {
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}
