import type { LabPlan } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';
import type { Change } from './changes/change.ts';

export interface TargetFilter {
  readonly host: (name: string) => boolean;
  readonly change: (change: Change) => boolean;
}

/** What every machine stands on. */
const GROUND: ReadonlySet<string> = new Set(['bridge', 'network', 'folder', 'dns-server', 'dnsmasq', 'firewall']);

/**
 * Picks the changes that belong to servers, clusters or machines; all of them for no targets. A machine brings what it
 * stands on: bridge and network of its server, and the jumphost's dnsmasq.
 *
 * @throws LabwrightError `bad_input` for a name that the lab does not have.
 */
export function targetFilter(plan: LabPlan, targets: readonly string[]): TargetFilter {
  if (targets.length === 0) return { host: () => true, change: () => true };
  const names = new Set(targets);
  const known = new Set([plan.jumphost.name, ...[...plan.servers, ...plan.clusters, ...plan.machines].map((one) => one.name)]);
  const unknown = targets.find((target) => !known.has(target));
  if (unknown !== undefined) {
    throw new LabwrightError('bad_input', `the lab has no server, cluster or machine named ${unknown}`, {
      hint: 'name one of the lab file; a machine is CLUSTER-NODE',
    });
  }
  const ofClusters = plan.clusters.filter((cluster) => names.has(cluster.name)).flatMap((cluster) => cluster.nodes.map((node) => node.machine));
  const machines = plan.machines.filter((machine) => names.has(machine.name) || names.has(machine.server) || ofClusters.includes(machine.name));
  const chosen = new Set(machines.map((machine) => machine.name));
  const clusters = new Set(plan.clusters.filter((cluster) => cluster.nodes.some((node) => chosen.has(node.machine))).map((cluster) => cluster.name));
  const servers = new Set(machines.map((machine) => machine.server));
  return {
    host: (name) => servers.has(name) || names.has(name),
    change: (change) =>
      names.has(change.on) ||
      (change.machine === undefined ? change.cluster !== undefined && clusters.has(change.cluster) : chosen.has(change.machine)) ||
      (GROUND.has(change.kind) && change.action !== 'delete'),
  };
}
