import type { KubeObject } from '../../kube/objects.ts';
import type { BmcCredentials } from '../../machines/bmc/credentials.ts';

/**
 * What a hub has before anybody asks it for a spoke (reference/ztp.md §1.2, §2.8), as far as our actions and its
 * controllers look: namespaces, its version, the operators' own objects, and its pull secret.
 */
export function hubContent(hub: {
  readonly name: string;
  readonly baseDomain: string;
  readonly version: string;
  readonly ingressCa: string;
}): readonly KubeObject[] {
  const namespaces = [
    'openshift-gitops',
    'open-cluster-management',
    'multicluster-engine',
    'hive',
    'openshift-machine-api',
    'openshift-config',
    'openshift-config-managed',
  ];
  const auth = { auths: { [`registry.${hub.name}.${hub.baseDomain}`]: { auth: Buffer.from('labwright:good-for-nothing').toString('base64') } } };
  return [
    ...namespaces.map((name): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'lab-local', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'topolvm.io',
    },
    ...['ai-cluster-templates-v1', 'ai-node-templates-v1'].map((name): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'open-cluster-management' },
      immutable: true,
      // The operator's own are Go templates; a rehearsed one renders the same objects without them.
      data: { note: 'rendered by the rehearsal itself' },
    })),
    // Argo CD's own, as its operator leaves them.
    ...['argocd-ssh-known-hosts-cm', 'argocd-tls-certs-cm'].map((name): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'openshift-gitops', labels: { 'app.kubernetes.io/part-of': 'argocd' } },
    })),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'default-ingress-cert', namespace: 'openshift-config-managed' },
      data: { 'ca-bundle.crt': hub.ingressCa },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'pull-secret', namespace: 'openshift-config' },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': Buffer.from(JSON.stringify(auth)).toString('base64') },
    },
  ];
}

const BMC_NAMESPACE = 'lab-bmc';

/** One Secret per machine, by its name: what a BareMetalHost's `spec.bmc.credentialsName` needs a copy of. */
export function bmcSecrets(credentials: ReadonlyMap<string, BmcCredentials>): readonly KubeObject[] {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const secrets = [...credentials].map(([name, { username, password }]): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: BMC_NAMESPACE },
    type: 'Opaque',
    data: { username: base64(username), password: base64(password) },
  }));
  return secrets.length === 0 ? [] : [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: BMC_NAMESPACE } }, ...secrets];
}
