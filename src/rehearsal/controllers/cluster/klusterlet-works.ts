import type { KubeObject } from '../../../kube/objects.ts';
import { MANIFEST_WORK } from './managed-cluster.ts';

/** Held by the work agent of the managed cluster until it has removed what the work had brought. */
export const WORK_FINALIZER = 'cluster.open-cluster-management.io/manifest-work-cleanup';

export function crdsWorkName(cluster: string): string {
  return `${cluster}-klusterlet-crds`;
}

export function klusterletWorkName(cluster: string): string {
  return `${cluster}-klusterlet`;
}

export const KLUSTERLET_CRDS: readonly object[] = [
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'klusterlets.operator.open-cluster-management.io' },
    spec: {
      group: 'operator.open-cluster-management.io',
      names: { kind: 'Klusterlet', listKind: 'KlusterletList', plural: 'klusterlets', singular: 'klusterlet' },
      scope: 'Cluster',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
    },
  },
];

/** The agent's namespace and the resource from which its operator deploys it. */
export function klusterletManifests(cluster: string): readonly object[] {
  const namespace = 'open-cluster-management-agent';
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'operator.open-cluster-management.io/v1', kind: 'Klusterlet', metadata: { name: 'klusterlet' }, spec: { clusterName: cluster, namespace } },
  ];
}

export function manifestWork(cluster: string, name: string, manifests: readonly object[], metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  return {
    ...MANIFEST_WORK,
    metadata: { ...metadata, name, namespace: cluster, finalizers: [WORK_FINALIZER] },
    spec: { workload: { manifests } },
  };
}
