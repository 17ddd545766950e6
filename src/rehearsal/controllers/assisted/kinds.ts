import type { KindRef } from '../../../kube/objects.ts';

/** Kinds, finalizers and marks of assisted-service (reference/ztp.md §2.3 to 2.7). */
export const AGENT: KindRef = { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'Agent' };
export const INFRA_ENV: KindRef = { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'InfraEnv' };
export const NMSTATE_CONFIG: KindRef = { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'NMStateConfig' };
export const AGENT_CLUSTER_INSTALL: KindRef = { apiVersion: 'extensions.hive.openshift.io/v1beta1', kind: 'AgentClusterInstall' };
export const CLUSTER_DEPLOYMENT: KindRef = { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterDeployment' };
export const CLUSTER_IMAGE_SET: KindRef = { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterImageSet' };
export const BARE_METAL_HOST: KindRef = { apiVersion: 'metal3.io/v1alpha1', kind: 'BareMetalHost' };
export const SECRET: KindRef = { apiVersion: 'v1', kind: 'Secret' };
export const CONFIG_MAP: KindRef = { apiVersion: 'v1', kind: 'ConfigMap' };

export const FINALIZERS = {
  agent: 'agent.agent-install.openshift.io/ai-deprovision',
  agentClusterInstall: 'agentclusterinstall.agent-install.openshift.io/ai-deprovision',
  bareMetalHost: 'bmac.agent-install.openshift.io/deprovision',
  clusterDeployment: 'clusterdeployments.agent-install.openshift.io/ai-deprovision',
  infraEnv: 'infraenv.agent-install.openshift.io/ai-deprovision',
} as const;

/** On an Agent and on a BareMetalHost: which InfraEnv it belongs to. */
export const INFRA_ENV_LABEL = 'infraenvs.agent-install.openshift.io';
/** On an Agent: the BareMetalHost that was booted. */
export const BMH_LABEL = 'agent-install.openshift.io/bmh';
export const BACKUP_LABEL = 'cluster.open-cluster-management.io/backup';
export const WATCH_LABEL = 'agent-install.openshift.io/watch';
