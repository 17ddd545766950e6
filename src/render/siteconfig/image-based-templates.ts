import type { KubeObject } from '../../kube/objects.ts';
import { goYaml } from '../go-template/go-yaml.ts';
import { CLUSTER_DEPLOYMENT, type ClusterInstanceSpec, type NodeSpec } from './cluster-instance.ts';
import { managedCluster } from './cluster-templates.ts';
import { waveAnnotation } from './sync-wave.ts';

/** Velero brings the status of these back too, from a backup of the hub. */
const RESTORED = { 'velero.io/restore-status': 'true' };
const INSTALL = { apiVersion: 'extensions.hive.openshift.io/v1alpha1', kind: 'ImageClusterInstall' } as const;

/** What `ibi-cluster-templates-v1` renders, once per cluster (reference/ztp.md §3.3; recorded case image-based). */
export function renderImageBasedCluster(spec: ClusterInstanceSpec): KubeObject[] {
  const { clusterName, baseDomain, pullSecretRef } = spec;
  const deployment: KubeObject = {
    ...CLUSTER_DEPLOYMENT,
    metadata: { name: clusterName, namespace: clusterName, annotations: { ...waveAnnotation(1), ...RESTORED } },
    spec: {
      baseDomain,
      clusterInstallRef: { group: 'extensions.hive.openshift.io', kind: INSTALL.kind, name: clusterName, version: 'v1alpha1' },
      clusterName,
      platform: { none: {} },
      pullSecretRef,
    },
  };
  return [deployment, managedCluster(spec), addons(spec)];
}

/** What `ibi-node-templates-v1` renders, once per node. */
export function renderImageBasedNode(spec: ClusterInstanceSpec, node: NodeSpec): KubeObject[] {
  const place = node.hostRef ?? { name: node.hostName, namespace: spec.clusterName };
  return [clusterInstall(spec, node, place), host(node, place), ...(node.nodeNetwork ? [networkSecret(node.nodeNetwork.config, place)] : [])];
}

interface Place {
  readonly name: string;
  readonly namespace: string;
}

function addons({ clusterName }: ClusterInstanceSpec): KubeObject {
  const on = { enabled: true };
  return {
    apiVersion: 'agent.open-cluster-management.io/v1',
    kind: 'KlusterletAddonConfig',
    metadata: {
      name: clusterName,
      namespace: clusterName,
      labels: { 'installer.name': 'multiclusterhub', 'installer.namespace': 'open-cluster-management' },
      annotations: waveAnnotation(2),
    },
    spec: {
      clusterName,
      clusterNamespace: clusterName,
      applicationManager: on,
      certPolicyController: on,
      iamPolicyController: on,
      policyController: on,
      searchCollector: { enabled: false },
    },
  };
}

function clusterInstall(spec: ClusterInstanceSpec, node: NodeSpec, place: Place): KubeObject {
  const { clusterName, additionalNTPSources, machineNetwork, extraManifestsRefs, proxy, sshPublicKey } = spec;
  const caBundleRef = spec['caBundleRef'];
  return {
    ...INSTALL,
    metadata: { name: clusterName, namespace: clusterName, annotations: { ...waveAnnotation(1), ...RESTORED } },
    spec: {
      ...(additionalNTPSources.length > 0 && { additionalNTPSources }),
      bareMetalHostRef: { name: place.name, namespace: place.namespace },
      ...(caBundleRef !== undefined && { caBundleRef }),
      clusterDeploymentRef: { name: clusterName },
      ...(extraManifestsRefs.length > 0 && { extraManifestsRefs }),
      hostname: node.hostName,
      imageSetRef: { name: spec.clusterImageSetNameRef },
      ...(machineNetwork.length > 0 && { machineNetworks: machineNetwork }),
      ...(proxy && { proxy }),
      ...(sshPublicKey !== '' && { sshKey: sshPublicKey }),
    },
  };
}

function host(node: NodeSpec, { name, namespace }: Place): KubeObject {
  return {
    apiVersion: 'metal3.io/v1alpha1',
    kind: 'BareMetalHost',
    metadata: {
      name,
      namespace,
      labels: { 'cluster.open-cluster-management.io/backup': 'cluster-activation' },
      annotations: { ...waveAnnotation(1), 'inspect.metal3.io': node.ironicInspect },
    },
    spec: {
      automatedCleaningMode: node.automatedCleaningMode,
      bmc: { address: node.bmcAddress, disableCertificateVerification: true, credentialsName: node.bmcCredentialsName.name },
      bootMACAddress: node.bootMACAddress,
      bootMode: node.bootMode,
      // The image is on its disk already.
      externallyProvisioned: true,
      online: false,
      ...(node.nodeNetwork && { preprovisioningNetworkDataName: name }),
      ...(node.rootDeviceHints && { rootDeviceHints: node.rootDeviceHints }),
    },
  };
}

function networkSecret(config: unknown, { name, namespace }: Place): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, annotations: waveAnnotation(1) },
    data: { nmstate: Buffer.from(goYaml(config)).toString('base64') },
    type: 'Opaque',
  };
}
