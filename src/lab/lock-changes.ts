import type { LockFile } from './lock.ts';
import type { PlanChange } from './plan.ts';

type LockedSlot = LockFile['slots'][string];

/** What differs between two lock files: networks, clusters, and machines of clusters that stay. */
export function lockChanges(before: LockFile, after: LockFile): PlanChange[] {
  const changes: PlanChange[] = [];
  // Maps, because a cluster may be called like something every object has: constructor.
  const [oldNetworks, networks] = [new Map(Object.entries(before.networks)), new Map(Object.entries(after.networks))];
  const [oldSlots, slots] = [new Map(Object.entries(before.slots)), new Map(Object.entries(after.slots))];
  for (const [name, network] of networks) {
    const old = oldNetworks.get(name);
    if (!old) changes.push({ action: 'create', kind: 'network', name, consequence: 'none', detail: network.cidr });
    else if (old.cidr !== network.cidr)
      changes.push({ action: 'update', kind: 'network', name, consequence: 'live', detail: `${old.cidr} becomes ${network.cidr}` });
  }
  for (const [name, { cidr }] of oldNetworks) {
    if (!networks.has(name)) changes.push({ action: 'delete', kind: 'network', name, consequence: 'live', detail: cidr });
  }
  for (const [name, now] of slots) {
    const old = oldSlots.get(name);
    const place = `slot ${now.slot} of ${now.network}`;
    const count = Object.keys(now.machines).length;
    if (!old)
      changes.push({ action: 'create', kind: 'cluster', name, consequence: 'none', detail: `${place}, ${count} ${count === 1 ? 'machine' : 'machines'}` });
    else if (old.slot !== now.slot || old.network !== now.network)
      changes.push({ action: 'update', kind: 'cluster', name, consequence: 'rebuild', detail: `slot ${old.slot} of ${old.network} becomes ${place}` });
    if (old) changes.push(...machineChanges(name, old.machines, now.machines), ...addressChanges(name, old, now));
  }
  for (const [name, { network, slot }] of oldSlots) {
    if (!slots.has(name)) changes.push({ action: 'delete', kind: 'cluster', name, consequence: 'data-loss', detail: `frees slot ${slot} of ${network}` });
  }
  return changes;
}

/** Nodes that stay and get another address: they were installed with the one they had. */
function addressChanges(cluster: string, before: LockedSlot, after: LockedSlot): PlanChange[] {
  return Object.keys(after.machines).flatMap((node): PlanChange[] => {
    if (before.machines[node] === undefined) return [];
    const [old, now] = [before, after].map(({ addresses }) => addresses?.[node]?.join(', ') ?? 'the address of its slot') as [string, string];
    return old === now ? [] : [{ action: 'update', kind: 'machine', name: `${cluster}-${node}`, consequence: 'rebuild', detail: `${now} instead of ${old}` }];
  });
}

function machineChanges(cluster: string, before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): PlanChange[] {
  const changes: PlanChange[] = [];
  for (const [node, server] of Object.entries(after)) {
    const name = `${cluster}-${node}`;
    const old = before[node];
    if (old === undefined) changes.push({ action: 'create', kind: 'machine', name, consequence: 'none', detail: `on ${server}` });
    else if (old !== server) changes.push({ action: 'update', kind: 'machine', name, consequence: 'rebuild', detail: `moves from ${old} to ${server}` });
  }
  for (const [node, server] of Object.entries(before)) {
    if (after[node] === undefined)
      changes.push({ action: 'delete', kind: 'machine', name: `${cluster}-${node}`, consequence: 'data-loss', detail: `on ${server}` });
  }
  return changes;
}
