import type { LabPlan, PlannedMachine } from '../lab/plan.ts';
import type { Clock } from '../util/clock.ts';
import { awaitLeases } from './await-leases.ts';
import { sentenceOf, shown, type Change } from './changes/change.ts';
import { jumphostChanges } from './jumphost.ts';
import type { LabHosts } from './doors/lab-hosts.ts';
import { observeLab, type LabState } from './changes/observe-lab.ts';
import { leftovers } from './changes/removals.ts';
import { machinesToRun, serverChanges, serverStarts } from './changes/server-changes.ts';
import { settleAll } from './settle-all.ts';
import { targetFilter, type TargetFilter } from './targets.ts';
import { workOff, type ChangeResult, type Failure, type Progress } from './work-off.ts';

export interface LabDeps {
  readonly hosts: LabHosts;
  readonly clock: Clock;
  readonly progress: Progress;
}

export interface ApplyOptions {
  /** Names of servers, clusters or machines; empty for all. */
  readonly targets: readonly string[];
  /** Take away what this lab made and no longer plans, disks included. */
  readonly prune: boolean;
  /** Look and compare only. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

export interface ApplyReport {
  readonly lab: string;
  readonly changes: readonly ChangeResult[];
  /** Hosts and changes that failed; everything else that differed was applied. */
  readonly failures: readonly Failure[];
  /** Servers without planned VMs that could not be looked at: whether something was left there is not known. */
  readonly unseen: readonly Failure[];
}

/**
 * Makes the lab what the plan says: looks at every host, works off the differences, and looks again.
 *
 * Bridge, network, disks and domains of all servers come first, then reservations and names on the jumphost; then machines
 * that install nothing are started and must get their address. Whatever was interrupted before is found by looking. A host
 * that fails does not stop the others; the report names it and what was not done there.
 */
export async function applyLab(deps: LabDeps, plan: LabPlan, options: ApplyOptions): Promise<ApplyReport> {
  const { hosts, progress } = deps;
  const { signal } = options;
  const wanted = targetFilter(plan, options.targets);
  const servers = plan.servers.map((server) => server.name).filter(wanted.host);
  progress.stage('Look', [...servers, hosts.jumphost.name]);
  const state = await observeLab(hosts, plan, servers, signal);
  for (const { on, message } of state.failures) progress.ended(on, message);
  const before = differences(plan, state, wanted);
  if (options.dryRun) {
    const rest = [...before.servers, ...before.jumphost, ...before.starts];
    const changes: ChangeResult[] = [
      ...before.leftovers.map((one) => ({ ...shown(one), ...(options.prune ? PLANNED : LEFT_OVER) })),
      ...rest.map((one) => ({ ...shown(one), ...PLANNED })),
    ];
    return { lab: plan.lab, changes, failures: state.failures, unseen: state.unseen };
  }

  const results: ChangeResult[] = [];
  const stage = async (title: string, changes: readonly Change[]): Promise<void> => {
    const places = [...new Set(changes.map((change) => change.on))];
    progress.stage(title, places);
    await settleAll(
      places,
      async (name) => {
        const host = name === hosts.jumphost.name ? hosts.jumphost : hosts.server(name);
        const mine = changes.filter((change) => change.on === name);
        const done = await workOff(host, mine, progress, signal);
        results.push(...(host === hosts.jumphost ? asLoaded(done) : done));
        progress.ended(name, failuresIn(done)[0]?.message);
      },
      signal,
    );
  };
  const skip = (changes: readonly Change[], reason: string): unknown =>
    results.push(...changes.map((change) => ({ ...shown(change), status: 'skipped', reason }) as const));

  if (options.prune) await stage('Leftovers', before.leftovers);
  else skip(before.leftovers, LEFT_OVER.reason);
  await stage('Servers', before.servers);
  await stage('Jumphost', before.jumphost);
  const served = state.jumphost !== undefined && !failuresIn(results).some(({ on }) => on === hosts.jumphost.name);
  const starts = before.starts.filter((start) => !results.some((one) => one.status !== 'done' && blocks(one, start)));
  skip(
    before.starts.filter((change) => !starts.includes(change)),
    'what it needs was not made',
  );
  if (served) await stage('Machines', starts);
  else skip(starts, `${hosts.jumphost.name} does not serve its address`);

  const failures = [...state.failures, ...failuresIn(results)];
  if (served) failures.push(...(await awaitLeases({ ...deps, jumphost: hosts.jumphost }, plan, running(plan, state, results), signal)));
  failures.push(...(await stillDifferent(deps, plan, { state, wanted, results }, signal)));
  return { lab: plan.lab, changes: results, failures, unseen: state.unseen };
}

const PLANNED = { status: 'planned' } as const;
const LEFT_OVER = { status: 'skipped', reason: 'it is no longer planned; --prune takes it away' } as const;

export interface Differences {
  /** Made by this lab, planned no longer. */
  readonly leftovers: readonly Change[];
  readonly servers: readonly Change[];
  readonly jumphost: readonly Change[];
  readonly starts: readonly Change[];
}

/** Everything in which the lab as found differs from the plan. */
export function differences(plan: LabPlan, state: LabState, wanted: TargetFilter): Differences {
  const of = (changesOf: typeof serverChanges): Change[] => [...state.servers].flatMap(([name, found]) => changesOf(plan, name, found)).filter(wanted.change);
  return {
    leftovers: of(leftovers),
    servers: of(serverChanges),
    jumphost: state.jumphost ? jumphostChanges(plan, state.jumphost, wanted.change) : [],
    starts: of(serverStarts),
  };
}

function failuresIn(results: readonly ChangeResult[]): Failure[] {
  return results.flatMap((one) => (one.status === 'failed' ? [one.error] : []));
}

/** Files of a configuration that dnsmasq would not take were put back. */
export function asLoaded(results: readonly ChangeResult[]): ChangeResult[] {
  if (!results.some(({ kind, status }) => kind === 'dnsmasq' && status === 'failed')) return [...results];
  return results.map((one) => (one.status === 'done' ? { ...one, status: 'skipped', reason: 'dnsmasq did not take the whole' } : one));
}

/** Without its domain, its network or its bridge a machine cannot start; beside a twin on another server it must not. */
function blocks(undone: ChangeResult, start: Change): boolean {
  const ground = undone.kind === 'bridge' || undone.kind === 'network' || undone.kind === 'folder';
  return undone.kind === 'machine' ? undone.name === start.name : ground && undone.on === start.on;
}

/** Machines that must have their address now: those that ran, and those that were started. */
function running(plan: LabPlan, state: LabState, results: readonly ChangeResult[]): PlannedMachine[] {
  return [...state.servers].flatMap(([server, { domains }]) =>
    machinesToRun(plan, server).filter(({ name, uuid }) => {
      const result = results.find((one) => one.kind === 'power' && one.name === name);
      return result ? result.status === 'done' : domains.some((domain) => domain.uuid === uuid && domain.state === 'running');
    }),
  );
}

interface Applied {
  readonly state: LabState;
  readonly wanted: TargetFilter;
  readonly results: readonly ChangeResult[];
}

/** Looks again: what was done must not be left to do. */
async function stillDifferent(deps: LabDeps, plan: LabPlan, applied: Applied, signal: AbortSignal): Promise<Failure[]> {
  const keyOf = (one: { on: string; kind: string; name: string }): string => `${one.on} ${one.kind} ${one.name}`;
  const done = new Set(applied.results.filter((one) => one.status === 'done').map(keyOf));
  if (done.size === 0) return [];
  const after = await observeLab(deps.hosts, plan, [...applied.state.servers.keys()], signal);
  const left = Object.values(differences(plan, after, applied.wanted)).flat() as Change[];
  return left
    .filter((change) => done.has(keyOf(change)))
    .map((change) => ({ on: change.on, code: 'refused', message: `still different after it was applied: ${sentenceOf(change)}` }));
}
