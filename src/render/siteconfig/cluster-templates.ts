import type { KubeObject } from '../../kube/objects.ts';
import { CLUSTER_DEPLOYMENT, type ClusterInstanceSpec } from './cluster-instance.ts';
import { installConfigOverrides } from './install-config-overrides.ts';
import { quotedText } from './quoted-text.ts';
import { waveAnnotation } from './sync-wave.ts';

const OVERRIDES_LINE = 7;

/** What `ai-cluster-templates-v1` renders, once per cluster (reference/ztp.md §3.3). @throws Error */
export function renderClusterTemplates(spec: ClusterInstanceSpec): KubeObject[] {
  return [agentClusterInstall(spec), clusterDeployment(spec), managedCluster(spec), klusterletAddonConfig(spec)];
}

function agentClusterInstall(spec: ClusterInstanceSpec): KubeObject {
  const { clusterName, machineNetwork, clusterNetwork, serviceNetwork } = spec;
  const networking = {
    ...(clusterNetwork.length > 0 && { clusterNetwork }),
    ...(machineNetwork.length > 0 && { machineNetwork }),
    ...(serviceNetwork.length > 0 && { serviceNetwork: serviceNetwork.map(({ cidr }) => cidr) }),
  };
  const count = (role: string): number => spec.nodes.filter((node) => node.role === role).length;
  return {
    apiVersion: 'extensions.hive.openshift.io/v1beta1',
    kind: 'AgentClusterInstall',
    metadata: {
      name: clusterName,
      namespace: clusterName,
      annotations: {
        ...waveAnnotation(1),
        'agent-install.openshift.io/install-config-overrides': quotedText(installConfigOverrides(spec), OVERRIDES_LINE),
      },
    },
    spec: {
      clusterDeploymentRef: { name: clusterName },
      holdInstallation: spec.holdInstallation,
      imageSetRef: { name: spec.clusterImageSetNameRef },
      ...(spec.apiVIPs.length > 0 && { apiVIPs: spec.apiVIPs }),
      ...(spec.ingressVIPs.length > 0 && { ingressVIPs: spec.ingressVIPs }),
      // The template writes the key and no member: null, which the schema refuses (recorded case no-networks).
      networking: Object.keys(networking).length > 0 ? networking : null,
      provisionRequirements: {
        controlPlaneAgents: count('master'),
        workerAgents: spec.clusterType === 'SNO' ? 0 : count('worker'),
        arbiterAgents: count('arbiter'),
      },
      ...(spec.proxy && { proxy: spec.proxy }),
      ...(spec.platformType !== '' && { platformType: spec.platformType }),
      sshPublicKey: spec.sshPublicKey,
      ...(spec.extraManifestsRefs.length > 0 && { manifestsConfigMapRefs: spec.extraManifestsRefs }),
    },
  };
}

function clusterDeployment({ clusterName, baseDomain, pullSecretRef }: ClusterInstanceSpec): KubeObject {
  return {
    ...CLUSTER_DEPLOYMENT,
    metadata: { name: clusterName, namespace: clusterName, annotations: waveAnnotation(1) },
    spec: {
      baseDomain,
      clusterInstallRef: { group: 'extensions.hive.openshift.io', kind: 'AgentClusterInstall', name: clusterName, version: 'v1beta1' },
      clusterName,
      platform: { agentBareMetal: { agentSelector: { matchLabels: { 'cluster-name': clusterName } } } },
      pullSecretRef,
    },
  };
}

/** The same for every way of installing. */
export function managedCluster({ clusterName }: ClusterInstanceSpec): KubeObject {
  return {
    apiVersion: 'cluster.open-cluster-management.io/v1',
    kind: 'ManagedCluster',
    metadata: { name: clusterName, labels: { cloud: 'auto-detect', vendor: 'auto-detect' }, annotations: waveAnnotation(2) },
    spec: { hubAcceptsClient: true },
  };
}

function klusterletAddonConfig({ clusterName }: ClusterInstanceSpec): KubeObject {
  return {
    apiVersion: 'agent.open-cluster-management.io/v1',
    kind: 'KlusterletAddonConfig',
    metadata: { name: clusterName, namespace: clusterName, annotations: waveAnnotation(2) },
    spec: {
      clusterName,
      clusterNamespace: clusterName,
      applicationManager: { enabled: false },
      certPolicyController: { enabled: false },
      iamPolicyController: { enabled: false },
      policyController: { enabled: true },
      searchCollector: { enabled: false },
    },
  };
}
