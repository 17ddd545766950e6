/**
 * Kinds that kustomize knows to have no namespace (kyaml/openapi, precomputedIsNamespaceScoped). It counts every other
 * kind as namespaced, custom ones such as ManagedCluster too.
 */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set(
  Object.entries({
    '': ['ComponentStatus', 'Namespace', 'Node', 'NodeProxyOptions', 'PersistentVolume'],
    'admissionregistration.k8s.io': [
      'MutatingWebhookConfiguration',
      'ValidatingWebhookConfiguration',
      'ValidatingAdmissionPolicy',
      'ValidatingAdmissionPolicyBinding',
    ],
    'apiextensions.k8s.io': ['CustomResourceDefinition'],
    'apiregistration.k8s.io': ['APIService'],
    'certificates.k8s.io': ['CertificateSigningRequest'],
    'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
    'networking.k8s.io': ['IngressClass'],
    'node.k8s.io': ['RuntimeClass'],
    policy: ['PodSecurityPolicy'],
    'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding'],
    'scheduling.k8s.io': ['PriorityClass'],
    'storage.k8s.io': ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment'],
  }).flatMap(([group, kinds]) => kinds.map((kind) => `${group}/${kind}`)),
);

export function isClusterScoped({ group, kind }: { readonly group: string; readonly kind: string }): boolean {
  return CLUSTER_SCOPED.has(`${group}/${kind}`);
}
