import type { KindRef, ObjectRef } from '../../kube/objects.ts';

export const SUBSCRIPTION: KindRef = { apiVersion: 'operators.coreos.com/v1alpha1', kind: 'Subscription' };
export const CLUSTER_SERVICE_VERSION: KindRef = { apiVersion: 'operators.coreos.com/v1alpha1', kind: 'ClusterServiceVersion' };
export const OPERATOR_GROUP: KindRef = { apiVersion: 'operators.coreos.com/v1', kind: 'OperatorGroup' };
export const STORAGE_CLASS: KindRef = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' };

export const MULTI_CLUSTER_HUB: ObjectRef = {
  apiVersion: 'operator.open-cluster-management.io/v1',
  kind: 'MultiClusterHub',
  namespace: 'open-cluster-management',
  name: 'multiclusterhub',
};
export const AGENT_SERVICE_CONFIG: ObjectRef = { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'AgentServiceConfig', name: 'agent' };
export const PROVISIONING: ObjectRef = { apiVersion: 'metal3.io/v1alpha1', kind: 'Provisioning', name: 'provisioning-configuration' };
