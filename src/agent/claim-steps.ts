import type { ActionDeps } from '../hub/action.ts';
import type { LabPlan, PlannedCluster } from '../lab/plan.ts';
import { sentenceOf } from '../machines/changes/change.ts';
import type { ClaimsStore } from '../machines/claims-store.ts';
import { changeClaim, type ClaimRequest, type FollowClaim } from '../machines/follow-claim.ts';
import { isLabwrightError } from '../util/errors.ts';
import { StepFailed } from '../util/step-failed.ts';
import type { Memory, Step, StepContext } from '../util/step.ts';

/** What a job's claim needs. */
export interface JobClaim {
  readonly plan: LabPlan;
  readonly claims: ClaimsStore;
  /** Lets DHCP and DNS follow; undefined in a rehearsal, whose machines have no names. */
  readonly followClaim: FollowClaim | undefined;
  readonly job: string;
  readonly cluster: PlannedCluster;
}

const LIMIT_MS = 60_000;
/** An apply of the whole lab may be at work, which a claim waits for. */
const FOLLOW_LIMIT_MS = 35 * 60_000;
const FENCE = 'claimFence';

/**
 * The steps of an action, for a cluster that holds its machines: one that installs claims them first if nobody has them, and
 * fails at once, naming the holder, if somebody does. Each later step looks whether the claim is still the same one.
 */
export function claimed(action: string, claim: JobClaim, steps: readonly Step<ActionDeps>[]): readonly Step<ActionDeps>[] {
  // What a detach or a destroy takes apart may have lost its claim already; only machines of others must not be touched.
  if (action === 'detach' || action === 'destroy') return [checkMachines(claim, 'check-claim'), ...steps];
  return [claimMachines(claim), ...steps.map((step) => guarded(claim, step))];
}

/** The one step of `action: release`. */
export function releaseMachines(claim: JobClaim): Step<ActionDeps> {
  const { job, cluster } = claim;
  return oneStep('release-machines', `Release the machines of ${cluster.name}`, claim, async (context) => {
    const { changed } = await change(claim, { kind: 'release', cluster: cluster.name, by: `job ${job}` }, context);
    context.log(changed ? `${cluster.name} let go of its machines` : `${cluster.name} holds no claim`);
  });
}

function claimMachines(claim: JobClaim): Step<ActionDeps> {
  const { job, cluster } = claim;
  return oneStep('claim-machines', `Claim the machines of ${cluster.name}`, claim, async (context) => {
    const { changed, fence } = await change(claim, { kind: 'claim', cluster: cluster.name, by: `job ${job}` }, context);
    if (changed) context.log(`${cluster.name} holds its machines now`);
    return { [FENCE]: fence };
  });
}

async function change(
  { plan, claims, followClaim }: JobClaim,
  request: ClaimRequest,
  { signal, log, waiting }: StepContext,
): Promise<{ readonly changed: boolean; readonly fence: number }> {
  if (followClaim === undefined) return claims[request.kind](plan, request.cluster, request.by);
  waiting({
    object: `Cluster/${request.cluster}`,
    condition: 'Named',
    reason: 'Switching',
    message: 'DHCP and DNS of the jumphost follow, after an apply that is at work',
  });
  const { changed, fence, records } = await changeClaim({ claims, follow: followClaim }, plan, request, signal);
  waiting(undefined);
  for (const record of records) log(sentenceOf(record));
  return { changed, fence };
}

/** One of several clusters of a job: its machines must not be somebody else's. */
export function checkMachines(claim: JobClaim, id = `check-claim-${claim.cluster.name}`): Step<ActionDeps> {
  const { plan, claims, cluster } = claim;
  return oneStep(id, `Check that nobody else has the machines of ${cluster.name}`, claim, async () => claims.checkFree(plan, cluster.name));
}

function guarded({ plan, claims, cluster }: JobClaim, step: Step<ActionDeps>): Step<ActionDeps> {
  return {
    ...step,
    run: async (deps, context) => {
      await refusing(cluster, async () => claims.checkHeld(plan, cluster.name, Number(context.memory[FENCE])));
      return step.run(deps, context);
    },
  };
}

type Act = (context: StepContext) => Promise<Memory | void>;

function oneStep(id: string, title: string, { cluster, followClaim }: JobClaim, act: Act): Step<ActionDeps> {
  // In a rehearsal nothing here waits, so that no simulated time passes.
  const limitMs = followClaim === undefined ? LIMIT_MS : FOLLOW_LIMIT_MS;
  return { id, title, limitMs, run: (_deps, context) => refusing(cluster, () => act(context)) };
}

/** What speaks against a claim is the job's failure, in its own words. */
async function refusing<T>(cluster: PlannedCluster, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!isLabwrightError(error) || (error.code !== 'conflict' && error.code !== 'lease_lost')) throw error;
    const on = { object: `Cluster/${cluster.name}`, condition: 'Claimed', reason: error.code === 'conflict' ? 'Held' : 'Lost', message: error.message };
    throw new StepFailed('conflict', on, { cause: error, ...(error.hint !== undefined && { hint: error.hint }) });
  }
}
