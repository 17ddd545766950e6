import type { KubeObject } from '../../../kube/objects.ts';
import { aciSpec, type ClusterMetadata } from './aci-objects.ts';
import { FIELD_MANAGER, type AssistedDeps } from './assisted-deps.ts';
import { BACKUP_LABEL, CLUSTER_DEPLOYMENT, SECRET, WATCH_LABEL } from './kinds.ts';
import type { ClusterRecord } from './service/records.ts';
import { addLabels, at, mergePatch } from './write-objects.ts';

/**
 * The kubeconfig's Secret and its mention in clusterMetadata, written on entering `installing`: long before the cluster
 * is there (reference/ztp.md §2.10a.6). @returns the AgentClusterInstall as it is then.
 */
export async function writeKubeconfig(deps: AssistedDeps, cd: KubeObject, aci: KubeObject, cluster: ClusterRecord, signal: AbortSignal): Promise<KubeObject> {
  const name = `${cd.metadata.name}-admin-kubeconfig`;
  const known = aciSpec(aci).clusterMetadata;
  if (known?.adminKubeconfigSecretRef?.name === name && known.infraID === cluster.id) return aci;
  const { kubeconfig } = await credentialsOf(deps, cluster);
  await putSecret(deps, cd, name, 'kubeconfig', { kubeconfig }, signal);
  return putMetadata(deps, aci, { adminKubeconfigSecretRef: { name }, clusterID: cluster.openshiftId ?? '', infraID: cluster.id }, signal);
}

/** The password's Secret, only at the end; the kubeconfig's is then marked for backup. @returns the AgentClusterInstall as it is then. */
export async function writePassword(deps: AssistedDeps, cd: KubeObject, aci: KubeObject, cluster: ClusterRecord, signal: AbortSignal): Promise<KubeObject> {
  const name = `${cd.metadata.name}-admin-password`;
  if (aciSpec(aci).clusterMetadata?.adminPasswordSecretRef?.name === name) return aci;
  const { password } = await credentialsOf(deps, cluster);
  await putSecret(deps, cd, name, 'kubeadmincreds', { username: 'kubeadmin', password }, signal);
  const kubeconfig = await deps.kube.get(at(SECRET, cd.metadata.namespace, `${cd.metadata.name}-admin-kubeconfig`), signal);
  if (kubeconfig) await addLabels(deps.kube, kubeconfig, { [BACKUP_LABEL]: 'true', [WATCH_LABEL]: 'true' }, signal);
  return putMetadata(deps, aci, { ...aciSpec(aci).clusterMetadata, adminPasswordSecretRef: { name } }, signal);
}

function credentialsOf(deps: AssistedDeps, cluster: ClusterRecord): ReturnType<AssistedDeps['spokeCredentials']> {
  const { name, baseDomain, openshiftVersion: version } = cluster.spec;
  return deps.spokeCredentials({ name, baseDomain, clusterId: cluster.openshiftId ?? '', version });
}

function putMetadata({ kube }: AssistedDeps, aci: KubeObject, clusterMetadata: ClusterMetadata, signal: AbortSignal): Promise<KubeObject> {
  return mergePatch(kube, aci, { spec: { clusterMetadata } }, signal);
}

async function putSecret(
  { kube }: AssistedDeps,
  cd: KubeObject,
  name: string,
  secretType: string,
  content: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const { namespace } = cd.metadata;
  const data = Object.fromEntries(Object.entries(content).map(([key, text]) => [key, Buffer.from(text, 'utf8').toString('base64')]));
  const owner = {
    apiVersion: CLUSTER_DEPLOYMENT.apiVersion,
    kind: CLUSTER_DEPLOYMENT.kind,
    name: cd.metadata.name,
    uid: cd.metadata.uid ?? '',
    blockOwnerDeletion: true,
  };
  const secret: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { 'hive.openshift.io/cluster-deployment-name': cd.metadata.name, 'hive.openshift.io/secret-type': secretType },
      ownerReferences: [owner],
    },
    type: 'Opaque',
    data,
  };
  const existing = await kube.get(at(SECRET, namespace, name), signal);
  if (existing) await mergePatch(kube, existing, { metadata: secret.metadata, data }, signal);
  else await kube.create(secret, FIELD_MANAGER, signal);
}
