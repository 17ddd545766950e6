import type { ActionDeps } from '../hub/action.ts';
import type { LabPlan, PlannedCluster } from '../lab/plan.ts';
import type { ClaimsStore } from '../machines/claims-store.ts';
import { isLabwrightError } from '../util/errors.ts';
import { StepFailed } from '../util/step-failed.ts';
import type { Memory, Step } from '../util/step.ts';

/** What a job's claim needs. */
export interface JobClaim {
  readonly plan: LabPlan;
  readonly claims: ClaimsStore;
  readonly job: string;
  readonly cluster: PlannedCluster;
}

const LIMIT_MS = 60_000;
const FENCE = 'claimFence';

/**
 * The steps of an action, for a cluster that holds its machines: one that installs claims them first if nobody has them, and
 * fails at once, naming the holder, if somebody does. Each later step looks whether the claim is still the same one.
 */
export function claimed(action: string, claim: JobClaim, steps: readonly Step<ActionDeps>[]): readonly Step<ActionDeps>[] {
  // What a detach or a destroy takes apart may have lost its claim already; only machines of others must not be touched.
  if (action === 'detach' || action === 'destroy') return [checkMachines(claim), ...steps];
  return [claimMachines(claim), ...steps.map((step) => guarded(claim, step))];
}

/** The one step of `action: release`. */
export function releaseMachines({ plan, claims, job, cluster }: JobClaim): Step<ActionDeps> {
  return oneStep('release-machines', `Release the machines of ${cluster.name}`, cluster, (log) => {
    const { changed } = claims.release(plan, cluster.name, `job ${job}`);
    log(changed ? `${cluster.name} let go of its machines` : `${cluster.name} holds no claim`);
  });
}

function claimMachines({ plan, claims, job, cluster }: JobClaim): Step<ActionDeps> {
  return oneStep('claim-machines', `Claim the machines of ${cluster.name}`, cluster, (log) => {
    const { changed, fence } = claims.claim(plan, cluster.name, `job ${job}`);
    if (changed) log(`${cluster.name} holds its machines now; DHCP and DNS follow with the next labwright lab apply`);
    return { [FENCE]: fence };
  });
}

function checkMachines({ plan, claims, cluster }: JobClaim): Step<ActionDeps> {
  return oneStep('check-claim', `Check that nobody else has the machines of ${cluster.name}`, cluster, () => claims.checkFree(plan, cluster.name));
}

function guarded({ plan, claims, cluster }: JobClaim, step: Step<ActionDeps>): Step<ActionDeps> {
  return {
    ...step,
    run: (deps, context) => {
      refusing(cluster, () => claims.checkHeld(plan, cluster.name, Number(context.memory[FENCE])));
      return step.run(deps, context);
    },
  };
}

function oneStep(id: string, title: string, cluster: PlannedCluster, act: (log: (line: string) => void) => Memory | void): Step<ActionDeps> {
  // Nothing here waits, so that no simulated time passes.
  return { id, title, limitMs: LIMIT_MS, run: async (_deps, { log }) => refusing(cluster, () => act(log)) };
}

/** What speaks against a claim is the job's failure, in its own words. */
function refusing<T>(cluster: PlannedCluster, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!isLabwrightError(error) || (error.code !== 'conflict' && error.code !== 'lease_lost')) throw error;
    const on = { object: `Cluster/${cluster.name}`, condition: 'Claimed', reason: error.code === 'conflict' ? 'Held' : 'Lost', message: error.message };
    throw new StepFailed('conflict', on, { cause: error, ...(error.hint !== undefined && { hint: error.hint }) });
  }
}
