import type { KindRef } from '../../../kube/objects.ts';
import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { addOnsController } from './add-ons-controller.ts';
import { clusterNamespaceController } from './cluster-namespace-controller.ts';
import { garbageCollector } from './garbage-collector.ts';
import { importController } from './import-controller.ts';
import { UPGRADE } from '../talm/kinds.ts';
import { ADD_ON, MANAGED_CLUSTER, MANIFEST_WORK } from './managed-cluster.ts';
import { namespaceController } from './namespace-controller.ts';
import { sabotage } from './sabotage.ts';

/** Kinds that own others on a hub, or are owned. */
const COLLECTED: readonly KindRef[] = [
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'metal3.io/v1alpha1', kind: 'BareMetalHost' },
  { apiVersion: 'metal3.io/v1alpha1', kind: 'HardwareData' },
  { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterDeployment' },
  { apiVersion: 'extensions.hive.openshift.io/v1beta1', kind: 'AgentClusterInstall' },
  { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'Agent' },
  ADD_ON,
  MANIFEST_WORK,
  MANAGED_CLUSTER,
  // TALM's roll-out for a new cluster belongs to its ManagedCluster (recorded case talm/ztp-two-policies).
  UPGRADE,
];

/** What any cluster's controller manager does for a hub, and the import of its managed clusters. */
export function clusterControllers(deps: Pick<HubDeps, 'kube' | 'clock' | 'seed' | 'faults' | 'spokes'>, cache: ObjectCache): readonly Controller[] {
  return [
    namespaceController(deps),
    garbageCollector(deps, cache, COLLECTED),
    importController(deps, cache),
    addOnsController(deps, cache),
    clusterNamespaceController(deps, cache),
    ...sabotage(deps),
  ];
}
