import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { withConditions } from '../conditions.ts';
import { aciConditions, type AciView } from './aci-conditions.ts';
import type { AssistedDeps } from './assisted-deps.ts';
import { addressesOf } from './service/inventory.ts';
import { plainAddress } from './service/networks.ts';
import { STARTED, type ClusterRecord, type HostRecord, type Validation } from './service/records.ts';

/** The whole status of an AgentClusterInstall, from the service's record of its cluster. */
export function aciStatus(deps: Pick<AssistedDeps, 'clock' | 'assistedServiceHost'>, aci: KubeObject, view: AciView): Readonly<Record<string, unknown>> {
  const before = (aci['status'] ?? {}) as { readonly conditions?: readonly Condition[] };
  const conditions = withConditions(before.conditions, aciConditions(view), deps.clock.now());
  const { cluster, hosts } = view;
  if (!cluster) return { ...before, conditions, debugInfo: { eventsURL: '', logsURL: '' }, progress: { totalPercentage: 0 } };
  return {
    ...before,
    conditions,
    debugInfo: {
      eventsURL: `https://${deps.assistedServiceHost}/api/assisted-install/v2/events?cluster_id=${cluster.id}`,
      logsURL: cluster.state === 'error' ? `https://${deps.assistedServiceHost}/api/assisted-install/v2/clusters/${cluster.id}/logs` : '',
      state: cluster.state,
      stateInfo: cluster.stateInfo,
    },
    progress: { totalPercentage: cluster.totalPercentage },
    platformType: cluster.spec.userManagedNetworking ? 'None' : 'BareMetal',
    userManagedNetworking: cluster.spec.userManagedNetworking,
    ...(cluster.machineNetworks.length > 0 ? { machineNetwork: cluster.machineNetworks.map((cidr) => ({ cidr })) } : {}),
    ...vips(cluster, hosts),
    ...(cluster.majorityGroups === undefined ? {} : { connectivityMajorityGroups: groups(cluster) }),
    ...(cluster.validations === undefined ? {} : { validationsInfo: validationsInfo(cluster.validations) }),
  };
}

/** A single node is its own API and ingress, once it installs. */
function vips(cluster: ClusterRecord, hosts: readonly HostRecord[]): Readonly<Record<string, unknown>> {
  const [inventory] = hosts.flatMap((host) => (host.inventory ? [host.inventory] : []));
  const own = STARTED.includes(cluster.state) && cluster.spec.controlPlanes === 1 && inventory ? addressesOf(inventory).slice(0, 1).map(plainAddress) : [];
  const apiVIPs = cluster.spec.userManagedNetworking ? own : cluster.spec.apiVips;
  const ingressVIPs = cluster.spec.userManagedNetworking ? own : cluster.spec.ingressVips;
  return {
    ...(apiVIPs.length > 0 ? { apiVIP: apiVIPs[0], apiVIPs } : {}),
    ...(ingressVIPs.length > 0 ? { ingressVIP: ingressVIPs[0], ingressVIPs } : {}),
  };
}

function groups(cluster: ClusterRecord): string {
  return JSON.stringify({ majority_groups: Object.fromEntries(cluster.majorityGroups ?? []), l3_connected_addresses: Object.fromEntries(cluster.l3Addresses) });
}

/** Validations as `validationsInfo` groups them. */
export function validationsInfo(validations: readonly Validation[]): Readonly<Record<string, unknown>> {
  const grouped = new Map<string, Omit<Validation, 'group'>[]>();
  for (const { group, ...rest } of validations) grouped.set(group, [...(grouped.get(group) ?? []), rest]);
  return Object.fromEntries(grouped);
}
