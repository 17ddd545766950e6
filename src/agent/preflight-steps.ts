import type { JobSpec } from '../contract/agent.ts';
import type { ActionDeps } from '../hub/action.ts';
import type { LabPlan, PlannedCluster } from '../lab/plan.ts';
import type { CheckReport } from '../machines/preflight/check-lab.ts';
import { reportLines } from '../machines/preflight/report-lines.ts';
import { messageOf } from '../util/errors.ts';
import { StepFailed } from '../util/step-failed.ts';
import { whileWatched } from './while-watched.ts';
import type { Step, StepContext } from '../util/step.ts';

/** Looks for what would spoil an installation, on the lab as planned. */
export type CheckLab = (plan: LabPlan, signal: AbortSignal) => Promise<CheckReport>;

/** Actions for which the lab's machines do not have to work. */
const UNCHECKED = new Set(['release', 'detach', 'destroy']);
const LIMIT_MS = 5 * 60_000;
/** A step that has failed must let go soon (runner/run-steps.ts). */
const AFTERWARDS_MS = 25_000;
/** How often the lab is looked at while a step goes on. */
export const WATCH_MS = 10 * 60_000;

/**
 * A job's steps with checks of its lab: before them, and an error there ends the job before it touches anything; every ten
 * minutes while one goes on; when one fails, since what is broken now often says why; and after them. Each report is kept with
 * the job as a file, `preflight-before.json`, `preflight-during.json` (the last with something new), `preflight-failed.json` or
 * `preflight-after.json`, and its findings are in the job's log.
 *
 * Without `check` (a rehearsal has no servers to look at) the steps stay as they are.
 */
export function withPreflight(
  check: CheckLab | undefined,
  plan: LabPlan,
  job: Pick<JobSpec, 'action' | 'cluster'>,
  steps: readonly Step<ActionDeps>[],
): readonly Step<ActionDeps>[] {
  const cluster = plan.clusters.find(({ name }) => name === job.cluster);
  // The claim comes first: the lab is judged by what it makes of it. A job that cannot begin has another first step.
  const [claim, ...rest] = steps;
  if (!check || !cluster || claim?.id !== 'claim-machines' || UNCHECKED.has(job.action)) return steps;
  const told = new Set<string>();
  const isNew = (one: Finding): boolean => !told.has(keyOf(one));
  const look = async (when: string, deps: ActionDeps, { log }: Pick<StepContext, 'log'>, signal: AbortSignal): Promise<CheckReport> => {
    const report = await check(asHeld(plan, cluster), signal);
    // What goes on as before is no news for whoever reads the log of an installation.
    if (when === 'during' && !report.findings.some(isNew)) return report;
    for (const one of report.findings) told.add(keyOf(one));
    for (const line of reportLines(report)) log(line);
    await deps.evidence(`preflight-${when}.json`, `${JSON.stringify(report, null, 2)}\n`);
    return report;
  };
  const before: Step<ActionDeps> = {
    id: 'check-lab',
    title: `Check the lab for what would spoil ${cluster.name}`,
    limitMs: LIMIT_MS,
    async run(deps, context) {
      const report = await look('before', deps, context, context.signal);
      const spoiler = report.findings.find((finding) => finding.severity === 'error' && concerns(finding, plan, cluster));
      if (!spoiler) return;
      const on = { object: spoiler.on, condition: 'Preflight', reason: spoiler.id, message: `${spoiler.message} (${spoiler.evidence})` };
      throw new StepFailed('refused', on, { hint: spoiler.fix });
    },
  };
  const after: Step<ActionDeps> = {
    id: 'check-lab-after',
    title: `Check the lab again`,
    limitMs: LIMIT_MS,
    // What was installed is installed: a finding now is for the next job.
    run: (deps, context) => attempt(context, () => look('after', deps, context, context.signal)),
  };
  const explained = rest.map((step) => ({
    ...step,
    async run(deps: ActionDeps, context: StepContext) {
      try {
        const { clock, signal } = context;
        const again = (stop: AbortSignal): Promise<void> => attempt(context, () => look('during', deps, context, stop), stop);
        return await whileWatched({ clock, signal, everyMs: WATCH_MS, look: again }, () => step.run(deps, context));
      } catch (error) {
        const stopped = context.signal.aborted && !isLate(context.signal.reason);
        if (!stopped) await attempt(context, () => look('failed', deps, context, AbortSignal.timeout(AFTERWARDS_MS)));
        throw error;
      }
    },
  }));
  return [claim, before, ...explained, after];
}

/** Is the error of a step whose limit has passed, not of a job that was cancelled? */
function isLate(reason: unknown): boolean {
  return reason instanceof StepFailed && reason.code === 'timed_out';
}

/** A check that cannot be made does not change how a job ends. */
async function attempt({ log }: StepContext, look: () => Promise<unknown>, stop?: AbortSignal): Promise<void> {
  try {
    await look();
  } catch (error) {
    if (stop?.aborted) return;
    log(`the lab could not be checked: ${messageOf(error)}`);
  }
}

type Finding = CheckReport['findings'][number];

function keyOf({ id, on, message }: Finding): string {
  return JSON.stringify([id, on, message]);
}

/** A finding of the jumphost or of a server the cluster stands on; of another cluster only when it says so. */
function concerns(finding: Finding, plan: LabPlan, cluster: PlannedCluster): boolean {
  if (finding.cluster !== undefined) return finding.cluster === cluster.name;
  const machines = new Set(cluster.nodes.map(({ machine }) => machine));
  const servers = plan.machines.filter(({ name }) => machines.has(name)).map(({ server }) => server);
  return finding.on === plan.jumphost.name || servers.includes(finding.on);
}

/** The plan in which this cluster holds its machines, as its job has just claimed them. */
function asHeld(plan: LabPlan, cluster: PlannedCluster): LabPlan {
  const machines = new Set(cluster.nodes.map(({ machine }) => machine));
  const isHeld = (one: PlannedCluster): boolean => one.name === cluster.name || (one.active && !one.nodes.some(({ machine }) => machines.has(machine)));
  return { ...plan, clusters: plan.clusters.map((one) => ({ ...one, active: isHeld(one) })) };
}
