import { listIfServed } from '../../kube/list-if-served.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Hub } from '../hub.ts';
import { AGENT_CLUSTER_INSTALL, CLUSTER_DEPLOYMENT, CLUSTER_INSTANCE, MANAGED_CLUSTER, NAMESPACE, refTo } from '../kinds.ts';
import { APPLICATION, applicationName, ARGO_NAMESPACE, CLUSTER_LABEL, TRACKING_ANNOTATION } from './kinds.ts';

/** The Applications that make a cluster or its policies: ours by name, others by the mark that Argo CD leaves on what it applies. */
export async function clusterApplications({ kube, cluster, context }: Hub): Promise<readonly KubeObject[]> {
  const { name } = cluster;
  const all = (await listIfServed(kube, { ...APPLICATION, namespace: ARGO_NAMESPACE }, context.signal)) ?? [];
  if (all.length === 0) return [];
  const marks = new Set<string>();
  const kinds = [CLUSTER_INSTANCE, AGENT_CLUSTER_INSTALL, CLUSTER_DEPLOYMENT].map((kind) => refTo(kind, name, name));
  for (const ref of [...kinds, refTo(MANAGED_CLUSTER, name), refTo(NAMESPACE, name)]) {
    const mark = (await kube.get(ref, context.signal))?.metadata.annotations?.[TRACKING_ANNOTATION];
    if (mark !== undefined) marks.add(mark.split(':')[0]!);
  }
  return all.filter((app) => isOurs(app, name) || marks.has(app.metadata.name));
}

/** Whether labwright made it for this cluster. */
export function isOurs({ metadata }: KubeObject, cluster: string): boolean {
  return metadata.labels?.[CLUSTER_LABEL] === cluster && (['sites', 'policies'] as const).some((part) => metadata.name === applicationName(cluster, part));
}
