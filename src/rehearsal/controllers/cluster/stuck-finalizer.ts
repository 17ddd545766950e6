import { keyOf, type Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';

const AGENT_CLUSTER_INSTALL = { apiVersion: 'extensions.hive.openshift.io/v1beta1', kind: 'AgentClusterInstall' } as const;
/** Nobody's, so nobody takes it away. */
export const STUCK_FINALIZER = 'labwright.dev/stuck';

/** The fault `stuck-finalizer`: marks the first install of its cluster while that can still be done, before it is deleted. */
export function stuckFinalizer({ kube, faults }: Pick<HubDeps, 'kube' | 'faults'>, cache: ObjectCache): Controller {
  return {
    name: 'stuck-finalizer',
    watches: [{ kind: AGENT_CLUSTER_INSTALL, keysOf: (object) => (faults.hits('stuck-finalizer', object.metadata.name) ? [keyOf(object)] : []) }],
    async reconcile({ namespace, name }, signal) {
      const install = cache.get({ ...AGENT_CLUSTER_INSTALL, namespace, name });
      if (install === undefined || install.metadata.deletionTimestamp !== undefined || !faults.hits('stuck-finalizer', name)) return;
      const { resourceVersion, finalizers = [] } = install.metadata;
      await kube.patch(
        { ...AGENT_CLUSTER_INSTALL, namespace, name },
        { metadata: { resourceVersion, finalizers: [...finalizers, STUCK_FINALIZER] } },
        { type: 'merge' },
        signal,
      );
      faults.spend('stuck-finalizer', name);
    },
  };
}
