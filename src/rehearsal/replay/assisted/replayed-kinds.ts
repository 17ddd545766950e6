import type { KindRef } from '../../../kube/objects.ts';

/** Where the recorded spoke lies. */
export const NAMESPACE = 'spoke-ns';

/** The kinds that scripts name. */
export const KINDS: Readonly<Record<string, KindRef>> = {
  Agent: { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'Agent' },
  AgentClusterInstall: { apiVersion: 'extensions.hive.openshift.io/v1beta1', kind: 'AgentClusterInstall' },
  BareMetalHost: { apiVersion: 'metal3.io/v1alpha1', kind: 'BareMetalHost' },
  ClusterDeployment: { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterDeployment' },
  ClusterImageSet: { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterImageSet' },
  ConfigMap: { apiVersion: 'v1', kind: 'ConfigMap' },
  InfraEnv: { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'InfraEnv' },
  NMStateConfig: { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'NMStateConfig' },
  Secret: { apiVersion: 'v1', kind: 'Secret' },
};
