import { stringify } from 'yaml';
import { membersOf } from '../lab/members.ts';
import type { LabPlan, PlannedCluster, PlannedNode } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';
import { clusterOf } from './cluster-of.ts';
import { machineOf } from './machine-of.ts';
import { nodeNetwork } from './node-network.ts';

/** `agent-config.yaml` of one cluster (reference/lab-and-libvirt.md §1.5); addresses come from the lab's DHCP, or with `addressing: static` from here. */
export function renderAgentConfig(plan: LabPlan, options: { readonly cluster: string; readonly ntpSources: readonly string[] }): string {
  const cluster = clusterOf(plan, options.cluster);
  const rendezvousIP = cluster.nodes.find((node) => node.role === 'master')?.addresses[0];
  if (rendezvousIP === undefined) throw new LabwrightError('bad_input', `${cluster.name} has no master with an address`);
  return stringify({
    apiVersion: 'v1beta1',
    kind: 'AgentConfig',
    metadata: { name: cluster.name },
    rendezvousIP,
    additionalNTPSources: options.ntpSources,
    hosts: membersOf(cluster).map((node) => hostOf(plan, cluster, node)),
  });
}

function hostOf(plan: LabPlan, cluster: PlannedCluster, node: PlannedNode): object {
  const machine = machineOf(plan, node);
  const { nics, rootDeviceHints } = machine;
  const networkConfig = nodeNetwork(plan, cluster, node, machine);
  return {
    hostname: node.name,
    role: node.role,
    interfaces: nics.map(({ name, mac }) => ({ name, macAddress: mac })),
    ...(Object.keys(rootDeviceHints).length > 0 && { rootDeviceHints }),
    ...(networkConfig && { networkConfig }),
  };
}
