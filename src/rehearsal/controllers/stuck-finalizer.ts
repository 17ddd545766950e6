import type { Controller } from './controller.ts';
import type { HubDeps } from './hub-deps.ts';

const AGENT_CLUSTER_INSTALL = { apiVersion: 'extensions.hive.openshift.io/v1beta1', kind: 'AgentClusterInstall' };
const FINALIZER = 'rehearsal.labwright.dev/stuck';

/** The fault `stuck-finalizer`: puts a finalizer on a cluster's first AgentClusterInstall, and nobody ever takes it off. */
export function stuckFinalizer(deps: Pick<HubDeps, 'kube' | 'faults'>): Controller {
  return {
    name: 'stuck-finalizer',
    watches: [{ kind: AGENT_CLUSTER_INSTALL }],
    async reconcile({ namespace, name }) {
      if (!deps.faults.hits('stuck-finalizer', name)) return;
      const ref = { ...AGENT_CLUSTER_INSTALL, namespace: namespace!, name };
      const found = await deps.kube.get(ref);
      if (!found || found.metadata.deletionTimestamp !== undefined) return;
      const finalizers = [...(found.metadata.finalizers ?? []), FINALIZER];
      await deps.kube.update({ ...found, metadata: { ...found.metadata, finalizers } });
      deps.faults.spend('stuck-finalizer', name);
    },
  };
}
