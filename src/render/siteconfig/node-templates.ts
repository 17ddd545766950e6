import type { KubeObject } from '../../kube/objects.ts';
import type { ClusterInstanceSpec, NodeSpec } from './cluster-instance.ts';
import { quotedText } from './quoted-text.ts';
import { waveAnnotation } from './sync-wave.ts';

const BMAC = 'bmac.agent-install.openshift.io';
// Where the quoted texts stand in their templates; not recorded, only shown in the message about a lone quote.
const IGNITION_LINE = 10;
const HOST_LINE = 10;

interface Place {
  readonly name: string;
  readonly namespace: string;
}

/** What `ai-node-templates-v1` renders, once per node (reference/ztp.md §3.3). @throws Error */
export function renderNodeTemplates(spec: ClusterInstanceSpec, node: NodeSpec): KubeObject[] {
  const place = node.hostRef ?? { name: node.hostName, namespace: spec.clusterName };
  const network = node.nodeNetwork ? [nmStateConfig(node.nodeNetwork, place)] : [];
  return [infraEnv(spec, node, place), ...network, bareMetalHost(spec, node, place)];
}

function infraEnv(spec: ClusterInstanceSpec, node: NodeSpec, { name, namespace }: Place): KubeObject {
  return {
    apiVersion: 'agent-install.openshift.io/v1beta1',
    kind: 'InfraEnv',
    metadata: { name, namespace, annotations: waveAnnotation(1) },
    spec: {
      clusterRef: { name: spec.clusterName, namespace: spec.clusterName },
      sshAuthorizedKey: spec.sshPublicKey,
      ...(spec.proxy && { proxy: spec.proxy }),
      ...cpuArchitecture('cpuArchitecture', spec, node),
      pullSecretRef: spec.pullSecretRef,
      ignitionConfigOverride: quotedText(spec.ignitionConfigOverride, IGNITION_LINE),
      nmStateConfigLabelSelector: { matchLabels: { 'nmstate-label': name } },
      ...(spec.additionalNTPSources.length > 0 && { additionalNTPSources: spec.additionalNTPSources }),
    },
  };
}

function nmStateConfig(network: NonNullable<NodeSpec['nodeNetwork']>, { name, namespace }: Place): KubeObject {
  return {
    apiVersion: 'agent-install.openshift.io/v1beta1',
    kind: 'NMStateConfig',
    metadata: { name, namespace, labels: { 'nmstate-label': name }, annotations: waveAnnotation(1) },
    spec: { config: network.config, interfaces: network.interfaces },
  };
}

function bareMetalHost(spec: ClusterInstanceSpec, node: NodeSpec, { name, namespace }: Place): KubeObject {
  const labels = Object.entries(node.nodeLabels).map(([key, value]) => [`${BMAC}.node-label.${key}`, value]);
  return {
    apiVersion: 'metal3.io/v1alpha1',
    kind: 'BareMetalHost',
    metadata: {
      name,
      namespace,
      labels: { 'infraenvs.agent-install.openshift.io': name, 'cluster.open-cluster-management.io/backup': 'cluster-activation' },
      annotations: {
        ...waveAnnotation(3),
        [`${BMAC}/hostname`]: node.hostName,
        [`${BMAC}/role`]: node.role,
        'inspect.metal3.io': node.ironicInspect,
        ...Object.fromEntries(labels),
        ...(node.installerArgs !== '' && { [`${BMAC}/installer-args`]: quotedText(node.installerArgs, HOST_LINE) }),
        ...(node.ignitionConfigOverride !== '' && { [`${BMAC}/ignition-config-overrides`]: quotedText(node.ignitionConfigOverride, HOST_LINE) }),
      },
    },
    spec: {
      bootMode: node.bootMode,
      bmc: { address: node.bmcAddress, disableCertificateVerification: true, credentialsName: node.bmcCredentialsName.name },
      bootMACAddress: node.bootMACAddress,
      automatedCleaningMode: node.automatedCleaningMode,
      online: true,
      ...cpuArchitecture('architecture', spec, node),
      ...(node.rootDeviceHints && { rootDeviceHints: node.rootDeviceHints }),
    },
  };
}

/** The node's own, else the cluster's, which may be `multi`: then it is left open. */
function cpuArchitecture(field: string, spec: ClusterInstanceSpec, node: NodeSpec): Record<string, string> {
  const architecture = node.cpuArchitecture ?? spec.cpuArchitecture;
  return architecture === 'multi' ? {} : { [field]: architecture };
}
