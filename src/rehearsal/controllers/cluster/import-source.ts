import type { KubeObject } from '../../../kube/objects.ts';
import { parseKubeconfig } from '../../../kube/parse-kubeconfig.ts';
import { messageOf } from '../../../util/errors.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { AUTO_IMPORT_SECRET, CLUSTER_DEPLOYMENT, SECRET } from './managed-cluster.ts';

/** With what credentials a cluster can be imported, if any. */
export type ImportSource =
  | { readonly from: 'secret'; readonly kubeconfig: string | undefined }
  | { readonly from: 'deployment'; readonly kubeconfig: string | undefined }
  | { readonly from: 'nothing'; readonly mistake?: string };

/**
 * The auto-import secret of the cluster's namespace; else hive's ClusterDeployment, once it is installed and has metadata
 * (reference/ztp.md §5.3). The secret, where there is one, keeps hive's credentials out of play.
 */
export async function importSource({ kube }: Pick<HubDeps, 'kube'>, cache: ObjectCache, cluster: string, signal: AbortSignal): Promise<ImportSource> {
  const secret = cache.get({ ...SECRET, namespace: cluster, name: AUTO_IMPORT_SECRET });
  if (secret) {
    const mistake = secretMistake(secret);
    return mistake === undefined ? { from: 'secret', kubeconfig: kubeconfigIn(secret) } : { from: 'nothing', mistake };
  }
  const spec = cache.get({ ...CLUSTER_DEPLOYMENT, namespace: cluster, name: cluster })?.['spec'] as DeploymentSpec | undefined;
  const kubeconfig = spec?.clusterMetadata?.adminKubeconfigSecretRef?.name;
  if (spec?.installed !== true || kubeconfig === undefined) return { from: 'nothing' };
  const admin = await kube.get({ ...SECRET, namespace: cluster, name: kubeconfig }, signal);
  return admin === undefined ? { from: 'nothing' } : { from: 'deployment', kubeconfig: kubeconfigIn(admin) };
}

function kubeconfigIn(secret: KubeObject): string | undefined {
  const data = (secret['data'] ?? {}) as Readonly<Record<string, string>>;
  return data['kubeconfig'] === undefined ? undefined : Buffer.from(data['kubeconfig'], 'base64').toString('utf8');
}

interface DeploymentSpec {
  readonly installed?: boolean;
  readonly clusterMetadata?: { readonly clusterID?: string; readonly adminKubeconfigSecretRef?: { readonly name: string } };
}

function secretMistake(secret: KubeObject): string | undefined {
  const data = (secret['data'] ?? {}) as Readonly<Record<string, string>>;
  if (data['kubeconfig'] === undefined) {
    return data['server'] && data['token'] ? undefined : 'the auto import secret must have a kubeconfig, or a server and a token';
  }
  try {
    parseKubeconfig(Buffer.from(data['kubeconfig'], 'base64').toString('utf8'));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
