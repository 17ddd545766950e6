import type { KindRef } from '../../kube/objects.ts';

export const APPLICATION: KindRef = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' };
export const APP_PROJECT: KindRef = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject' };
export const POLICY: KindRef = { apiVersion: 'policy.open-cluster-management.io/v1', kind: 'Policy' };
export const PLACEMENT_BINDING: KindRef = { apiVersion: 'policy.open-cluster-management.io/v1', kind: 'PlacementBinding' };

/** Where OpenShift GitOps keeps its Argo CD, and what it looks for there. */
export const ARGO_NAMESPACE = 'openshift-gitops';
export const KNOWN_HOSTS_CONFIG_MAP = 'argocd-ssh-known-hosts-cm';
export const TLS_CERTS_CONFIG_MAP = 'argocd-tls-certs-cm';
export const REPOSITORY_LABEL = 'argocd.argoproj.io/secret-type';
export const REFRESH_ANNOTATION = 'argocd.argoproj.io/refresh';
export const TRACKING_ANNOTATION = 'argocd.argoproj.io/tracking-id';

/** On what labwright makes in Argo CD's namespace: for which cluster. */
export const CLUSTER_LABEL = 'labwright.dev/cluster';

/** The two Applications of a cluster, each with a project of its own name: no two clusters share one (reference/ztp.md §1.5). */
export function applicationName(cluster: string, part: 'sites' | 'policies'): string {
  return `${cluster}-${part}`;
}
