import { parseBlock, contains, parseIp } from '../lab/ip.ts';
import { planIndex } from '../lab/plan-index.ts';
import type { LabPlan, PlannedNetwork } from '../lab/plan.ts';

/** The networks that a server needs for its machines, in the order of the lab file: that of its own address, and those its machines have NICs in. */
export function networksOn(plan: LabPlan, server: string): PlannedNetwork[] {
  const names = new Set<string>();
  const own = plan.servers.find(({ name }) => name === server);
  const ip = own && parseIp(own.address);
  const around = plan.networks.find(({ cidr }) => ip && contains(parseBlock(cidr)!, ip));
  if (around) names.add(around.name);
  const { memberships, vms } = planIndex(plan);
  for (const { name } of vms.get(server) ?? [])
    for (const { cluster, node } of memberships.get(name) ?? []) {
      names.add(cluster.network);
      for (const one of node.interfaces ?? []) names.add(one.network);
    }
  return plan.networks.filter(({ name }) => names.has(name));
}
