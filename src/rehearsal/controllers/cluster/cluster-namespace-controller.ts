import type { KubeObject } from '../../../kube/objects.ts';
import type { Controller, ObjectKey } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { ADD_ON, CLUSTER_DEPLOYMENT, CLUSTER_LABEL, INFRA_ENV, isDeleting, MANAGED_CLUSTER, NAMESPACE } from './managed-cluster.ts';

/** What keeps the namespace of a cluster that is no longer managed (reference/ztp.md §5.2.4). */
const KEEPERS = [ADD_ON, CLUSTER_DEPLOYMENT, INFRA_ENV];

/** Deletes a cluster's namespace when the cluster is gone and nothing in it says that somebody still works there. */
export function clusterNamespaceController({ kube }: Pick<HubDeps, 'kube'>, cache: ObjectCache): Controller {
  const inNamespace = ({ metadata }: KubeObject): readonly ObjectKey[] => [{ namespace: undefined, name: metadata.namespace! }];
  return {
    name: 'cluster-namespace',
    watches: [{ kind: NAMESPACE }, { kind: MANAGED_CLUSTER }, ...KEEPERS.map((kind) => ({ kind, keysOf: inNamespace }))],
    async reconcile({ name }, signal) {
      const namespace = cache.get({ ...NAMESPACE, name });
      if (namespace?.metadata.labels?.[CLUSTER_LABEL] !== name || isDeleting(namespace)) return;
      if (cache.get({ ...MANAGED_CLUSTER, name }) || KEEPERS.some((kind) => cache.list({ ...kind, namespace: name }).length > 0)) return;
      // The cache may be behind: a cluster that was just created again keeps its namespace.
      if (await kube.get({ ...MANAGED_CLUSTER, name }, signal)) return;
      await kube.delete({ ...NAMESPACE, name }, { uid: namespace.metadata.uid! }, signal);
    },
  };
}
