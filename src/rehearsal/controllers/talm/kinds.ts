export const UPGRADE = { apiVersion: 'ran.openshift.io/v1alpha1', kind: 'ClusterGroupUpgrade' } as const;
export const POLICY = { apiVersion: 'policy.open-cluster-management.io/v1', kind: 'Policy' } as const;
export const BINDING = { apiVersion: 'policy.open-cluster-management.io/v1', kind: 'PlacementBinding' } as const;

/** On the copies of a policy in the namespaces of its clusters: `<namespace>.<name>` of the policy. */
export const ROOT_POLICY_LABEL = 'policy.open-cluster-management.io/root-policy';
/** Where the operator keeps the roll-out it makes for every new cluster. */
export const INSTALL_NAMESPACE = 'ztp-install';
export const DONE_LABEL = 'ztp-done';
export const RUNNING_LABEL = 'ztp-running';
export const WAVE_ANNOTATION = 'ran.openshift.io/ztp-deploy-wave';
/** Seconds for which a cluster must stay compliant with a policy before the next one is enforced. */
export const SOAK_ANNOTATION = 'ran.openshift.io/soak-seconds';
