import { hasErrors, type Diagnostic } from '../util/diagnostic.ts';
import { LABWRIGHT_NAMESPACE, uuidV5 } from '../util/ids.ts';
import { checkShape, parseSource, type SourceFile } from '../util/source-file.ts';
import { ownCluster, reusedCluster } from './clusters.ts';
import { checkOwners, checkReferences } from './conflicts.ts';
import { contains, parseBlock, parseIp } from './ipv4.ts';
import { LabFile } from './lab-file.ts';
import { lockOf, type LockFile } from './lock.ts';
import { planMachines } from './machines.ts';
import type { LabPlan, PlanChange, PlannedCluster, PlanResult } from './plan.ts';
import { expandServers, type ExpandedServer } from './servers.ts';
import { allocateSlots } from './slots.ts';

/** Plans a lab file (its text) beside what its lock file holds. Reads and contacts nothing; never throws for what the user wrote. */
export function planLab(path: string, text: string, lock: LockFile): PlanResult {
  const source = parseSource(path, text);
  if (!source.value) return failed(source.diagnostics);
  const shape = checkShape(LabFile, source.value);
  if (!shape.value) return failed([...source.diagnostics, ...shape.diagnostics]);
  const file = shape.value;
  const servers = expandServers(file);
  const early = [...source.diagnostics, ...checkReferences(file, source.value, servers)];
  if (hasErrors(early)) return failed(early);
  const placed = placeClusters(file, source.value, servers, lock);
  const diagnostics = [...early, ...placed.diagnostics, ...checkOwners(file, source.value, servers, placed.clusters)];
  if (hasErrors(diagnostics)) return failed(diagnostics);
  const plan: LabPlan = {
    lab: file.lab,
    uuid: uuidV5(LABWRIGHT_NAMESPACE, file.lab),
    domain: file.domain,
    accel: file.accel,
    jumphost: { ...file.jumphost, uplink: file.jumphost.uplink, ssh: file.jumphost.ssh },
    networks: Object.entries(file.networks).map(([name, one]) => ({ name, cidr: one.cidr, bridge: one.bridge, slotSize: one.slot_size, mtu: one.mtu })),
    servers: servers.map(({ server }) => server),
    clusters: placed.clusters,
    machines: planMachines(file, placed.clusters),
  };
  return { plan, changes: lockChanges(lock, lockOf(plan)), diagnostics };
}

function placeClusters(file: LabFile, source: SourceFile, servers: readonly ExpandedServer[], lock: LockFile) {
  const planned = new Map<string, PlannedCluster>();
  const diagnostics: Diagnostic[] = [];
  const entries = Object.entries(file.clusters);
  const networks = Object.keys(file.networks);
  for (const [networkIndex, [network, { cidr, slot_size: slotSize }]] of Object.entries(file.networks).entries()) {
    const block = parseBlock(cidr)!;
    const count = Math.floor(block.size / slotSize);
    const fixed = [file.jumphost.address, ...servers.map(({ server }) => server.address)].map((one) => parseIp(one)!).filter((ip) => contains(block, ip));
    const reserved = new Set(fixed.map((ip) => Math.floor((ip - block.first) / slotSize)));
    const mine = entries.filter(([, one]) => !one.nodes && one.from === undefined && (one.network ?? networks[0]) === network);
    const locked = new Map(
      Object.entries(lock.slots)
        .filter(([name, one]) => one.network === network && file.clusters[name])
        .map(([name, one]) => [name, one.slot]),
    );
    const { slots, left } = allocateSlots(
      count,
      reserved,
      mine.map(([name]) => name),
      locked,
    );
    if (left.length > 0) {
      const fits = Math.max(0, count - new Set([0, count - 1, ...reserved]).size);
      diagnostics.push({
        id: 'network-full',
        severity: 'error',
        message: `${cidr} fits ${fits} clusters in slots of ${slotSize}, ${mine.length} are declared (no slot for ${left.join(', ')}); addresses bind: the first and last slot and those of servers are infrastructure`,
        hint: 'widen the network, lower its slot_size, or remove a cluster',
        at: source.at(['networks', network, 'cidr']),
      });
    }
    const place = { network, cidr, first: block.first, slotSize, networkIndex };
    for (const [name, entry] of mine) {
      const slot = slots.get(name);
      if (slot !== undefined) planned.set(name, ownCluster(file, name, entry, place, slot));
    }
  }
  const cidrs = new Map(Object.entries(file.networks).map(([name, { cidr }]) => [name, cidr]));
  // `nodes` first: `from` leaves out the machines its hub stands on, wherever the hub is in the file.
  const reusers = entries.filter(([, one]) => one.nodes ?? one.from).toSorted(([, a], [, b]) => Number(!a.nodes) - Number(!b.nodes));
  for (const [name, entry] of diagnostics.length > 0 ? [] : reusers) {
    const result = reusedCluster(file, name, entry, planned, cidrs);
    if ('cluster' in result) planned.set(name, result.cluster);
    else diagnostics.push({ ...result, severity: 'error', at: source.at(['clusters', name]) });
  }
  return { clusters: entries.flatMap(([name]) => planned.get(name) ?? []), diagnostics };
}

function lockChanges(before: LockFile, after: LockFile): PlanChange[] {
  const changes: PlanChange[] = [];
  for (const [name, { network, slot }] of Object.entries(after.slots)) {
    const old = before.slots[name];
    if (!old) changes.push({ action: 'create', kind: 'cluster', name, consequence: 'none', detail: `slot ${slot} of ${network}` });
    else if (old.slot !== slot || old.network !== network)
      changes.push({
        action: 'update',
        kind: 'cluster',
        name,
        consequence: 'rebuild',
        detail: `slot ${old.slot} of ${old.network} becomes slot ${slot} of ${network}`,
      });
  }
  for (const [name, { network, slot }] of Object.entries(before.slots)) {
    if (!after.slots[name]) changes.push({ action: 'delete', kind: 'cluster', name, consequence: 'data-loss', detail: `frees slot ${slot} of ${network}` });
  }
  return changes;
}

function failed(diagnostics: readonly Diagnostic[]): PlanResult {
  return { plan: undefined, changes: [], diagnostics };
}
