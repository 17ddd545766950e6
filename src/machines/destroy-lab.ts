import type { LabPlan } from '../lab/plan.ts';
import { shown, type Change } from './changes/change.ts';
import type { ApplyReport, LabDeps } from './apply-lab.ts';
import { observeLab } from './changes/observe-lab.ts';
import { jumphostRemovals, serverRemovals } from './changes/removals.ts';
import { settleAll } from './settle-all.ts';
import { workOff, type ChangeResult, type Failure } from './work-off.ts';

/** What destroy found, before anything is removed. */
export interface Destruction {
  readonly removals: readonly Change[];
  /** Hosts that could not be looked at: what they have stays. */
  readonly failures: readonly Failure[];
  readonly unseen: readonly Failure[];
}

/** Looks for everything that this lab has made, on all of its hosts. */
export async function findRemovals(deps: LabDeps, plan: LabPlan, signal: AbortSignal): Promise<Destruction> {
  const { hosts, progress } = deps;
  const servers = plan.servers.map((server) => server.name);
  progress.stage('Look', [...servers, hosts.jumphost.name]);
  const state = await observeLab(hosts, plan, servers, signal);
  for (const { on, message } of state.failures) progress.ended(on, message);
  const onServers = [...state.servers].flatMap(([name, found]) => serverRemovals(plan, name, found));
  return { removals: [...onServers, ...(state.jumphost ? jumphostRemovals(plan, state.jumphost) : [])], failures: state.failures, unseen: state.unseen };
}

/** Removes exactly what was found. DHCP and DNS go last: until then a machine that still runs keeps its address. */
export async function destroyLab(deps: LabDeps, plan: LabPlan, found: Destruction, signal: AbortSignal): Promise<ApplyReport> {
  const { hosts, progress } = deps;
  const results: ChangeResult[] = [];
  const removeOn = async (name: string): Promise<void> => {
    const host = name === hosts.jumphost.name ? hosts.jumphost : hosts.server(name);
    const done = await workOff(
      host,
      found.removals.filter((change) => change.on === name),
      progress,
      signal,
    );
    results.push(...done);
    progress.ended(name, done.find((one) => one.status === 'failed')?.error.message);
  };
  const places = [...new Set(found.removals.map((change) => change.on))];
  const servers = places.filter((name) => name !== hosts.jumphost.name);
  progress.stage('Servers', servers);
  await settleAll(servers, removeOn, signal);
  if (places.includes(hosts.jumphost.name)) {
    progress.stage('Jumphost', [hosts.jumphost.name]);
    await removeOn(hosts.jumphost.name);
  }
  const failures = [...found.failures, ...results.flatMap((one) => (one.status === 'failed' ? [one.error] : []))];
  return { lab: plan.lab, changes: results, failures, unseen: found.unseen };
}

/** What would be removed, as a report. */
export function removalsReport(plan: LabPlan, found: Destruction): ApplyReport {
  return { lab: plan.lab, changes: found.removals.map((change) => ({ ...shown(change), status: 'planned' })), failures: found.failures, unseen: found.unseen };
}
