import type { KubeObject } from '../kube/objects.ts';
import { membersOf } from '../lab/members.ts';
import type { LabPlan, PlannedCluster, PlannedNode, Vips } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';
import { STEP_ANNOTATION } from '../util/step.ts';
import { metal3Address } from './bmc-address.ts';
import { clusterNetworks, isInside } from './cluster-networks.ts';
import { clusterOf } from './cluster-of.ts';
import { machineOf } from './machine-of.ts';
import { nodeNetwork } from './node-network.ts';

export interface ClusterInstanceOptions {
  readonly cluster: string;
  readonly clusterImageSet: string;
  readonly sshPublicKey: string | undefined;
  /** Id of the step that asks; power events of the hosts name it. */
  readonly step: string;
}

/** Secrets that a ClusterInstance of ours refers to, in the cluster's namespace. */
export const PULL_SECRET = 'pull-secret';
export function bmcSecretName(node: PlannedNode): string {
  return `${node.name}-bmc`;
}

/** What its templates are, and where the siteconfig operator keeps them. */
export const TEMPLATES_NAMESPACE = 'open-cluster-management';
export const CLUSTER_TEMPLATES = 'ai-cluster-templates-v1';
export const NODE_TEMPLATES = 'ai-node-templates-v1';

/**
 * A held ClusterInstance of one spoke, for server-side apply (reference/ztp.md §3.1).
 *
 * An SNO gets its machineNetwork and no VIPs, everything else VIPs and, with one family, no machineNetwork (§3.2(c)). It is held because a
 * held one can still be corrected; its hosts boot and are validated meanwhile.
 *
 * @throws LabwrightError `bad_input` when the plan breaks a rule that assisted-service would find minutes later.
 */
export function renderClusterInstance(plan: LabPlan, options: ClusterInstanceOptions): KubeObject {
  const cluster = clusterOf(plan, options.cluster);
  const nodes = membersOf(cluster);
  const type = clusterType(nodes);
  if (type === 'SNO') checkSno(cluster, nodes);
  else checkMno(cluster, nodes);
  const { clusterNetwork, serviceNetwork, machineNetwork, apiVIPs, ingressVIPs } = clusterNetworks(cluster);
  const templates = (name: string): object => ({ templateRefs: [{ name, namespace: TEMPLATES_NAMESPACE }] });
  return {
    apiVersion: 'siteconfig.open-cluster-management.io/v1alpha1',
    kind: 'ClusterInstance',
    metadata: { name: cluster.name, namespace: cluster.name },
    spec: {
      clusterName: cluster.name,
      baseDomain: cluster.baseDomain,
      clusterType: type,
      clusterImageSetNameRef: options.clusterImageSet,
      pullSecretRef: { name: PULL_SECRET },
      ...(options.sshPublicKey === undefined ? {} : { sshPublicKey: options.sshPublicKey }),
      holdInstallation: true,
      clusterNetwork,
      serviceNetwork: serviceNetwork.map((cidr) => ({ cidr })),
      // From VIPs the service computes the machine network itself, but only one.
      ...(type === 'SNO' || machineNetwork.length > 1 ? { machineNetwork } : {}),
      ...(type === 'SNO' ? {} : { apiVIPs, ingressVIPs }),
      additionalNTPSources: [plan.jumphost.address],
      extraAnnotations: { BareMetalHost: { [STEP_ANNOTATION]: options.step } },
      ...templates(CLUSTER_TEMPLATES),
      nodes: nodes.map((node) => ({ ...nodeSpec(plan, cluster, node), ...templates(NODE_TEMPLATES) })),
    },
  };
}

function nodeSpec(plan: LabPlan, cluster: PlannedCluster, node: PlannedNode): object {
  const machine = machineOf(plan, node);
  const config = nodeNetwork(plan, cluster, node, machine);
  return {
    hostName: node.name,
    role: node.role,
    bmcAddress: metal3Address(machine.bmc),
    bmcCredentialsName: { name: bmcSecretName(node) },
    bootMACAddress: node.mac,
    bootMode: machine.firmware === 'efi' ? 'UEFI' : 'legacy',
    automatedCleaningMode: 'disabled',
    ...(Object.keys(machine.rootDeviceHints).length > 0 && { rootDeviceHints: machine.rootDeviceHints }),
    ...(config && { nodeNetwork: { interfaces: machine.nics.map(({ name, mac }) => ({ name, macAddress: mac })), config } }),
  };
}

function clusterType(nodes: readonly PlannedNode[]): 'SNO' | 'HighlyAvailable' | 'HighlyAvailableArbiter' {
  if (nodes.some((node) => node.role === 'arbiter')) return 'HighlyAvailableArbiter';
  return count(nodes, 'master') === 1 ? 'SNO' : 'HighlyAvailable';
}

function checkSno(cluster: PlannedCluster, nodes: readonly PlannedNode[]): void {
  if (nodes.length !== 1)
    throw mistake(
      cluster,
      `has one master and ${nodes.length - 1} more nodes`,
      'a single-node cluster has exactly one node: take the workers out, or plan 3 masters',
    );
  if (cluster.machineNetwork === '') throw mistake(cluster, 'has no machine network', 'give its network a cidr');
}

function checkMno(cluster: PlannedCluster, nodes: readonly PlannedNode[]): void {
  const masters = count(nodes, 'master');
  const wanted = count(nodes, 'arbiter') > 0 ? masters >= 2 : masters >= 3 && masters <= 5;
  if (!wanted) throw mistake(cluster, `has ${masters} masters`, 'plan 1 master, or 3 to 5');
  if ((cluster.machineNetwork6 === undefined) !== (cluster.vips6 === undefined))
    throw mistake(cluster, 'has VIPs of other families than its networks', 'give VIPs of each family');
  checkVips(cluster, nodes, cluster.vips, cluster.machineNetwork);
  if (cluster.vips6 && cluster.machineNetwork6) checkVips(cluster, nodes, cluster.vips6, cluster.machineNetwork6);
}

function checkVips(cluster: PlannedCluster, nodes: readonly PlannedNode[], { api, ingress }: Vips, machineNetwork: string): void {
  if (api === ingress) throw mistake(cluster, `has ${api} as both VIPs`, 'give api and ingress one address each');
  for (const vip of [api, ingress]) {
    const holder = nodes.find((node) => node.addresses.includes(vip));
    if (holder) throw mistake(cluster, `has VIP ${vip}, which is the address of ${holder.name}`, 'choose a VIP that no node has');
    if (!isInside(vip, machineNetwork)) throw mistake(cluster, `has VIP ${vip} outside ${machineNetwork}`, 'choose VIPs inside the machine network');
  }
}

function count(nodes: readonly PlannedNode[], role: PlannedNode['role']): number {
  return nodes.filter((node) => node.role === role).length;
}

function mistake(cluster: PlannedCluster, what: string, hint: string): LabwrightError {
  return new LabwrightError('bad_input', `${cluster.name} ${what}`, { hint });
}
