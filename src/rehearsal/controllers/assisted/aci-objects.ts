import type { KubeObject } from '../../../kube/objects.ts';

/** What we read of an AgentClusterInstall; its schema has checked the shapes. */
export interface AciSpec {
  readonly clusterDeploymentRef?: { readonly name?: string };
  readonly imageSetRef?: { readonly name?: string };
  readonly holdInstallation?: boolean;
  readonly apiVIP?: string;
  readonly apiVIPs?: readonly string[];
  readonly ingressVIP?: string;
  readonly ingressVIPs?: readonly string[];
  readonly networking?: {
    readonly clusterNetwork?: readonly { readonly cidr: string; readonly hostPrefix?: number }[] | null;
    readonly machineNetwork?: readonly { readonly cidr: string }[] | null;
    readonly serviceNetwork?: readonly string[] | null;
    readonly networkType?: string;
    readonly userManagedNetworking?: boolean;
  };
  readonly platformType?: string;
  readonly provisionRequirements?: { readonly controlPlaneAgents?: number; readonly workerAgents?: number };
  readonly manifestsConfigMapRef?: { readonly name: string };
  readonly manifestsConfigMapRefs?: readonly { readonly name: string }[];
  readonly clusterMetadata?: ClusterMetadata;
}

export interface ClusterMetadata {
  readonly clusterID?: string;
  readonly infraID?: string;
  readonly adminKubeconfigSecretRef?: { readonly name?: string };
  readonly adminPasswordSecretRef?: { readonly name?: string };
}

export interface ClusterDeploymentSpec {
  readonly clusterName?: string;
  readonly baseDomain?: string;
  readonly pullSecretRef?: { readonly name?: string };
  readonly clusterInstallRef?: { readonly kind?: string; readonly name?: string };
  readonly installed?: boolean;
  readonly clusterMetadata?: ClusterMetadata;
}

export function aciSpec(aci: KubeObject): AciSpec {
  return aci['spec'] ?? {};
}

export function deploymentSpec(cd: KubeObject): ClusterDeploymentSpec {
  return cd['spec'] ?? {};
}

/** One control plane and no workers, as long as nothing was added later. */
export function isSingleNode({ provisionRequirements }: AciSpec): boolean {
  return provisionRequirements?.controlPlaneAgents === 1 && (provisionRequirements.workerAgents ?? 0) === 0;
}

/** SNO, and whoever says so, brings its own load balancing: no VIPs (reference/ztp.md §2.3). */
export function isUserManaged(spec: AciSpec): boolean {
  return spec.networking?.userManagedNetworking ?? (isSingleNode(spec) || spec.platformType === 'None');
}

export const OVERRIDES_ANNOTATION = 'agent-install.openshift.io/install-config-overrides';
