import type { LabPlan } from '../../lab/plan.ts';
import type { ApplyReport, LabDeps } from '../apply-lab.ts';
import type { Change } from '../changes/change.ts';
import { observeLab } from '../changes/observe-lab.ts';
import type { LabHosts } from '../doors/lab-hosts.ts';
import { settleAll } from '../settle-all.ts';
import { failureOf, workOff, type ChangeResult, type Failure } from '../work-off.ts';
import { jumphostOrphans, observeDnsmasqFiles } from './jumphost-orphans.ts';
import type { Orphan } from './orphan.ts';
import { observeExtras } from './server-extras.ts';
import { serverOrphans } from './server-orphans.ts';

export interface FoundOrphans {
  readonly orphans: readonly Orphan[];
  /** Hosts that could not be looked at: what they have is not known. */
  readonly failures: readonly Failure[];
}

/** Looks on every host for what the plan does not know. Changes nothing. */
export async function findOrphans(hosts: LabHosts, plan: LabPlan, signal: AbortSignal): Promise<FoundOrphans> {
  const state = await observeLab(
    hosts,
    plan,
    plan.servers.map(({ name }) => name),
    signal,
  );
  const failures: Failure[] = [...state.failures, ...state.unseen];
  const orphans: Orphan[] = [];
  const servers = [...state.servers];
  const extras = await settleAll(servers, ([name]) => observeExtras(hosts.server(name).exec, plan, name, signal), signal);
  servers.forEach(([name, found], index) => {
    const extra = extras[index]!;
    if (extra.ok) orphans.push(...serverOrphans(plan, name, found, extra.value));
    else failures.push(failureOf(name, extra.error));
  });
  if (state.jumphost) orphans.push(...jumphostOrphans(plan, state.jumphost, await observeDnsmasqFiles(hosts.jumphost.exec, signal)));
  return { orphans, failures };
}

/** Removes what is ours of what was found, several hosts at once. */
export async function deleteOrphans(
  { hosts, progress }: LabDeps,
  plan: LabPlan,
  { orphans, failures }: FoundOrphans,
  signal: AbortSignal,
): Promise<ApplyReport> {
  const changes = orphans.flatMap(({ on, kind, name, evidence, remove }): Change[] =>
    remove
      ? [{ action: 'delete', kind, name, on, consequence: kind === 'lease' || kind === 'time' ? 'live' : 'data-loss', detail: evidence, act: remove }]
      : [],
  );
  const places = [...new Set(changes.map(({ on }) => on))];
  progress.stage('Leftovers', places);
  const results: ChangeResult[] = [];
  await settleAll(
    places,
    async (name) => {
      const host = name === hosts.jumphost.name ? hosts.jumphost : hosts.server(name);
      const mine = changes.filter(({ on }) => on === name);
      const done = await workOff(host, mine, progress, signal);
      results.push(...done);
      progress.ended(name, done.find((one) => one.status === 'failed')?.error.message);
    },
    signal,
  );
  const failed = results.flatMap((one) => (one.status === 'failed' ? [one.error] : []));
  return { lab: plan.lab, changes: results, failures: [...failures, ...failed], unseen: [] };
}
