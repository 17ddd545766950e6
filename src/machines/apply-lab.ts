import type { LabPlan } from '../lab/plan.ts';
import type { Clock } from '../util/clock.ts';
import { isLabwrightError, LabwrightError, messageOf } from '../util/errors.ts';
import { sentenceOf, shown, type Change } from './change.ts';
import { parseLeases } from './dnsmasq.ts';
import { jumphostChanges } from './jumphost.ts';
import { labPaths } from './lab-paths.ts';
import type { Host, LabHosts } from './lab-hosts.ts';
import { hypervisorsOf, observeLab, type LabState } from './observe-lab.ts';
import { serverChanges, startChanges } from './server-changes.ts';
import { settleAll } from './settle-all.ts';

export interface ApplyDeps {
  readonly hosts: LabHosts;
  readonly clock: Clock;
  readonly progress: Progress;
}

/** Told what happens, as it happens, host by host. */
export interface Progress {
  /** A stage of several hosts begins: "Servers". */
  readonly stage: (title: string, hosts: readonly string[]) => void;
  readonly line: (host: string, text: string) => void;
  readonly ended: (host: string, failure: string | undefined) => void;
}

export interface ApplyOptions {
  /** Names of servers, clusters or machines; empty for all. */
  readonly targets: readonly string[];
  /** Carry out deletions of what is no longer planned, disks included. */
  readonly prune: boolean;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

export type ChangeResult = ReturnType<typeof shown> &
  (
    | { readonly status: 'planned' | 'done' }
    | { readonly status: 'failed'; readonly error: Failure }
    /** Not tried: something it needs failed, or it needs `--prune`. */
    | { readonly status: 'skipped'; readonly reason: string }
  );

export interface Failure {
  /** Where: a server's name or the jumphost's. */
  readonly on: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export interface ApplyReport {
  readonly lab: string;
  readonly changes: readonly ChangeResult[];
  /** Hosts and changes that failed; what is not named in one of them was applied. */
  readonly failures: readonly Failure[];
}

/**
 * Makes the lab what the plan says: looks at every host, works off the differences, and looks again.
 *
 * Bridge, network, disks and domains of all servers come first, then reservations and names on the jumphost, then
 * machines that install nothing are started and must get their address. Whatever was interrupted before is found by
 * looking. A host that fails does not stop the others; the report names it and what was not done.
 */
export async function applyLab(deps: ApplyDeps, plan: LabPlan, options: ApplyOptions): Promise<ApplyReport> {
  const { hosts, progress } = deps;
  const { signal } = options;
  const wanted = targetFilter(plan, options.targets);
  const servers = hypervisorsOf(plan).filter(wanted.host);
  const results: ChangeResult[] = [];
  const failures: Failure[] = [];

  progress.stage('Look', [...servers, hosts.jumphost.name]);
  const before = await observeLab(hosts, plan, servers, signal);
  for (const [name, failure] of unreachable(before, hosts)) {
    progress.ended(name, failure.message);
    failures.push(failure);
  }
  const reached = servers.filter((name) => before.servers.get(name)?.ok);
  for (const name of reached) progress.ended(name, undefined);
  if (before.jumphost.ok) progress.ended(hosts.jumphost.name, undefined);

  const work = async (host: Host, changes: readonly Change[]): Promise<void> => {
    const done = await workOff(host, changes, { ...options, progress });
    results.push(...done);
    const mine = done.flatMap((one) => (one.status === 'failed' ? [one.error] : []));
    failures.push(...mine);
    progress.ended(host.name, mine[0]?.message);
  };

  progress.stage('Servers', reached);
  await settleAll(
    reached,
    (name) => {
      const state = before.servers.get(name);
      return work(hosts.server(name), state?.ok ? serverChanges(plan, name, state.value).filter(wanted.change) : []);
    },
    signal,
  );

  progress.stage('Jumphost', [hosts.jumphost.name]);
  if (before.jumphost.ok) await work(hosts.jumphost, jumphostChanges(plan, before.jumphost.value).filter(wanted.change));
  const served = !failures.some((failure) => failure.on === hosts.jumphost.name);

  const startable = reached.filter((name) => options.dryRun || !failures.some((failure) => failure.on === name && failure.code === 'unreachable'));
  progress.stage('Machines', startable);
  const started: Change[] = [];
  await settleAll(
    startable,
    async (name) => {
      const state = before.servers.get(name);
      if (!state?.ok) return;
      const failed = new Set(results.flatMap((one) => (one.on === name && one.status === 'failed' ? [one.name] : [])));
      const starts = startChanges(plan, name, state.value).filter((change) => wanted.change(change) && !failed.has(change.name));
      if (served) {
        await work(hosts.server(name), starts);
        started.push(...starts);
        return;
      }
      results.push(...starts.map((change) => ({ ...shown(change), status: 'skipped', reason: `${hosts.jumphost.name} serves no DHCP` }) as const));
      progress.ended(name, undefined);
    },
    signal,
  );
  if (!options.dryRun) {
    failures.push(...(await awaitLeases(deps, plan, started, signal)));
    failures.push(...(await differencesLeft(deps, plan, { results, wanted, servers: reached }, signal)));
  }
  return { lab: plan.lab, changes: results, failures };
}

/** One after another. A machine's failure ends that machine's changes, a host's all of them. */
async function workOff(host: Host, changes: readonly Change[], options: ApplyOptions & { readonly progress: Progress }): Promise<ChangeResult[]> {
  const results: ChangeResult[] = [];
  const broken = new Map<string | undefined, string>();
  for (const change of changes) {
    const { signal, progress } = options;
    const blocker = broken.get(undefined) ?? broken.get(change.machine);
    if (options.dryRun) {
      results.push({ ...shown(change), status: 'planned' });
    } else if (blocker !== undefined) {
      results.push({ ...shown(change), status: 'skipped', reason: `after the failure of ${blocker}` });
    } else if (change.action === 'delete' && change.consequence === 'data-loss' && !options.prune) {
      results.push({ ...shown(change), status: 'skipped', reason: 'it is no longer planned; --prune takes it away' });
    } else {
      progress.line(host.name, `${change.action} ${change.kind} ${change.name}: ${change.detail}`);
      try {
        await change.act(host, signal);
        results.push({ ...shown(change), status: 'done' });
      } catch (error) {
        signal.throwIfAborted();
        const whole = change.machine === undefined || (isLabwrightError(error) && error.code === 'unreachable');
        broken.set(whole ? undefined : change.machine, `${change.kind} ${change.name}`);
        results.push({ ...shown(change), status: 'failed', error: failureOf(host.name, error) });
      }
    }
  }
  return results;
}

const LEASE_LIMIT_MS = 180_000;

/** A started machine is there when the jumphost has given it its address. */
async function awaitLeases(deps: ApplyDeps, plan: LabPlan, started: readonly Change[], signal: AbortSignal): Promise<Failure[]> {
  const { clock, progress, hosts } = deps;
  const waiting = new Map(started.map((change) => [plan.machines.find((machine) => machine.name === change.name)!.mac, change]));
  if (waiting.size === 0) return [];
  progress.stage('Addresses', [hosts.jumphost.name]);
  const file = `${labPaths(plan).stateDir}/dnsmasq.leases`;
  const deadline = clock.now() + LEASE_LIMIT_MS;
  for (;;) {
    const { stdout } = await hosts.jumphost.exec(['cat', file], { signal });
    for (const { mac, address } of parseLeases(stdout)) {
      const change = waiting.get(mac);
      if (change) progress.line(hosts.jumphost.name, `${change.name} has ${address}`);
      waiting.delete(mac);
    }
    if (waiting.size === 0 || clock.now() > deadline) break;
    await clock.sleep(500, signal);
  }
  const late = [...waiting.values()].map((change) => ({
    on: change.on,
    code: 'timed_out',
    message: `${change.name} runs but has not asked for its address within ${LEASE_LIMIT_MS / 1000} s`,
    hint: `read its console log on ${change.on}: ${labPaths(plan).logsDir}/${change.name}.log`,
  }));
  progress.ended(hosts.jumphost.name, late[0]?.message);
  return late;
}

interface Applied {
  readonly results: readonly ChangeResult[];
  readonly wanted: TargetFilter;
  readonly servers: readonly string[];
}

/** Looks again: what was done must not be left to do. */
async function differencesLeft(deps: ApplyDeps, plan: LabPlan, applied: Applied, signal: AbortSignal): Promise<Failure[]> {
  const done = new Set(applied.results.flatMap((one) => (one.status === 'done' ? [`${one.on} ${one.kind} ${one.name}`] : [])));
  if (done.size === 0) return [];
  const after = await observeLab(deps.hosts, plan, applied.servers, signal);
  return differences(plan, after)
    .filter((change) => applied.wanted.change(change) && done.has(`${change.on} ${change.kind} ${change.name}`))
    .map((change) => ({ on: change.on, code: 'refused', message: `still different after it was applied: ${sentenceOf(change)}` }));
}

/** Everything in which the lab as found differs from the plan. */
export function differences(plan: LabPlan, state: LabState): Change[] {
  const servers = [...state.servers].flatMap(([name, found]) => (found.ok ? [...serverChanges(plan, name, found.value), ...startChanges(plan, name, found.value)] : []));
  return [...servers, ...(state.jumphost.ok ? jumphostChanges(plan, state.jumphost.value) : [])];
}

/** Hosts that could not be looked at, and why. */
export function unreachable(state: LabState, hosts: LabHosts): [string, Failure][] {
  const all = [...state.servers, [hosts.jumphost.name, state.jumphost] as const];
  return all.flatMap(([name, found]) => (found.ok ? [] : [[name, failureOf(name, found.error)]]));
}

export function failureOf(on: string, error: unknown): Failure {
  if (!isLabwrightError(error)) return { on, code: 'internal', message: messageOf(error) };
  return { on, code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
}

interface TargetFilter {
  readonly host: (name: string) => boolean;
  readonly change: (change: Change) => boolean;
}

/** A target brings what it stands on: a machine its server's bridge and network. @throws LabwrightError `bad_input` for an unknown name. */
function targetFilter(plan: LabPlan, targets: readonly string[]): TargetFilter {
  if (targets.length === 0) return { host: () => true, change: () => true };
  const names = new Set(targets);
  const known = new Set([plan.jumphost.name, ...[...plan.servers, ...plan.clusters, ...plan.machines].map((one) => one.name)]);
  const unknown = targets.find((target) => !known.has(target));
  if (unknown !== undefined) {
    throw new LabwrightError('bad_input', `the lab has no server, cluster or machine named ${unknown}`, { hint: 'name one of the lab file; machines are CLUSTER-NODE' });
  }
  const ofCluster = plan.clusters.filter((cluster) => names.has(cluster.name)).flatMap((cluster) => cluster.nodes.map((node) => node.machine));
  const machines = plan.machines.filter((machine) => names.has(machine.name) || names.has(machine.server) || ofCluster.includes(machine.name));
  const servers = new Set(machines.map((machine) => machine.server));
  const chosen = new Set(machines.map((machine) => machine.name));
  const ground = new Set(['bridge', 'network', 'folder', 'dns-server', 'dnsmasq']);
  return {
    host: (name) => servers.has(name) || names.has(name),
    change: (change) =>
      names.has(change.on) ||
      (change.cluster !== undefined && names.has(change.cluster)) ||
      (change.machine !== undefined && chosen.has(change.machine)) ||
      (ground.has(change.kind) && change.action !== 'delete'),
  };
}
