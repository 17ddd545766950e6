export const CLUSTER_VERSION = { apiVersion: 'config.openshift.io/v1', kind: 'ClusterVersion' } as const;
export const CLUSTER_OPERATOR = { apiVersion: 'config.openshift.io/v1', kind: 'ClusterOperator' } as const;
export const MACHINE_CONFIG_POOL = { apiVersion: 'machineconfiguration.openshift.io/v1', kind: 'MachineConfigPool' } as const;
export const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;

/** What an administrator must acknowledge before the next minor version, and where (ConfigMaps of these namespaces). */
export const ADMIN_GATES = { ...CONFIG_MAP, namespace: 'openshift-config-managed', name: 'admin-gates' } as const;
export const ADMIN_ACKS = { ...CONFIG_MAP, namespace: 'openshift-config', name: 'admin-acks' } as const;
