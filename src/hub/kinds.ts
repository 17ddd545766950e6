import type { KindRef, ObjectRef } from '../kube/objects.ts';

/** Name under which labwright's fields are kept in managedFields. */
export const FIELD_MANAGER = 'labwright';

export const NAMESPACE: KindRef = { apiVersion: 'v1', kind: 'Namespace' };
export const SECRET: KindRef = { apiVersion: 'v1', kind: 'Secret' };
export const CONFIG_MAP: KindRef = { apiVersion: 'v1', kind: 'ConfigMap' };
export const CLUSTER_INSTANCE: KindRef = { apiVersion: 'siteconfig.open-cluster-management.io/v1alpha1', kind: 'ClusterInstance' };
export const AGENT_CLUSTER_INSTALL: KindRef = { apiVersion: 'extensions.hive.openshift.io/v1beta1', kind: 'AgentClusterInstall' };
export const CLUSTER_DEPLOYMENT: KindRef = { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterDeployment' };
export const CLUSTER_IMAGE_SET: KindRef = { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterImageSet' };
export const INFRA_ENV: KindRef = { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'InfraEnv' };
export const AGENT: KindRef = { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'Agent' };
export const BARE_METAL_HOST: KindRef = { apiVersion: 'metal3.io/v1alpha1', kind: 'BareMetalHost' };
export const MANAGED_CLUSTER: KindRef = { apiVersion: 'cluster.open-cluster-management.io/v1', kind: 'ManagedCluster' };

export const NMSTATE_CONFIG: KindRef = { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'NMStateConfig' };
export const KLUSTERLET_ADDON_CONFIG: KindRef = { apiVersion: 'agent.open-cluster-management.io/v1', kind: 'KlusterletAddonConfig' };
export const MANAGED_CLUSTER_ADD_ON: KindRef = { apiVersion: 'addon.open-cluster-management.io/v1alpha1', kind: 'ManagedClusterAddOn' };
export const MANIFEST_WORK: KindRef = { apiVersion: 'work.open-cluster-management.io/v1', kind: 'ManifestWork' };
export const CLUSTER_CURATOR: KindRef = { apiVersion: 'cluster.open-cluster-management.io/v1beta1', kind: 'ClusterCurator' };
export const CLUSTER_GROUP_UPGRADE: KindRef = { apiVersion: 'ran.openshift.io/v1alpha1', kind: 'ClusterGroupUpgrade' };

// On a spoke.
export const CLUSTER_VERSION: KindRef = { apiVersion: 'config.openshift.io/v1', kind: 'ClusterVersion' };
export const CLUSTER_OPERATOR: KindRef = { apiVersion: 'config.openshift.io/v1', kind: 'ClusterOperator' };
export const MACHINE_CONFIG_POOL: KindRef = { apiVersion: 'machineconfiguration.openshift.io/v1', kind: 'MachineConfigPool' };
export const NODE: KindRef = { apiVersion: 'v1', kind: 'Node' };
export const KLUSTERLET: KindRef = { apiVersion: 'operator.open-cluster-management.io/v1', kind: 'Klusterlet' };
export const APPLIED_MANIFEST_WORK: KindRef = { apiVersion: 'work.open-cluster-management.io/v1', kind: 'AppliedManifestWork' };
export const CUSTOM_RESOURCE_DEFINITION: KindRef = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

/** What a hub must serve before it can install a spoke. */
export const SPOKE_KINDS: readonly KindRef[] = [
  CLUSTER_INSTANCE,
  AGENT_CLUSTER_INSTALL,
  CLUSTER_DEPLOYMENT,
  CLUSTER_IMAGE_SET,
  INFRA_ENV,
  AGENT,
  BARE_METAL_HOST,
  MANAGED_CLUSTER,
];

export function refTo(kind: KindRef, name: string, namespace?: string): ObjectRef {
  return { ...kind, name, ...(namespace === undefined ? {} : { namespace }) };
}
