import type { JobSpec } from '../contract/agent.ts';
import type { RolloutKeys } from '../contract/rollout.ts';
import { SITES_COMPONENT } from '../contract/sites-repo.ts';
import type { Action, ActionDeps, ActionInput } from '../hub/action.ts';
import type { Rollout } from '../hub/upgrade/rollout.ts';
import type { SitesSource } from '../hub/gitops/sites-door.ts';
import type { MirrorInside } from '../hub/mirror/mirror-inside.ts';
import { mirrored } from '../render/mirror/mirror-plan.ts';
import { isInsideLab } from '../lab/inside-lab.ts';
import { mirroredImages } from '../lab/mirrored-images.ts';
import type { LabPlan, PlannedCluster } from '../lab/plan.ts';
import type { ClaimsStore } from '../machines/claims-store.ts';
import type { FollowClaim } from '../machines/follow-claim.ts';
import { StepFailed } from '../util/step-failed.ts';
import type { Step } from '../util/step.ts';
import { checkMachines, claimed, releaseMachines, type JobClaim } from './claim-steps.ts';
import type { LabDoors } from './lab-doors.ts';

/** The action of that name for a cluster; undefined when there is none. */
export type FindAction = (name: string, cluster: PlannedCluster) => Action | undefined;

export interface JobStepsDeps {
  readonly plan: LabPlan;
  readonly doors: Pick<LabDoors, 'pullSecret' | 'sshPublicKey' | 'registryCaPath'>;
  readonly findAction: FindAction;
  /** Which clusters of the lab hold their machines. */
  readonly claims: ClaimsStore;
  /** Undefined in a rehearsal. */
  readonly followClaim?: FollowClaim | undefined;
}

/** A job's steps. A job that cannot begin has one step, which says what is missing. */
export function jobSteps(deps: JobStepsDeps, job: JobSpec): readonly Step<ActionDeps>[] {
  const cluster = deps.plan.clusters.find(({ name }) => name === job.cluster);
  if (job.action === 'release' && cluster) return [releaseMachines(claimOf(deps, job, cluster))];
  const input = actionInput(deps, job);
  if (input instanceof StepFailed) return [refusing(input)];
  const action = deps.findAction(job.action, input.cluster);
  if (action === undefined) {
    const on = {
      object: `Job/${job.name}`,
      condition: 'Startable',
      reason: 'UnknownAction',
      message: `there is no action ${job.action} for ${input.cluster.name}`,
    };
    return [refusing(new StepFailed('refused', on, { hint: 'does this agent run the same version as the one that wrote the pipeline?' }))];
  }
  const others = (input.rollout?.clusters ?? []).filter(({ name }) => name !== input.cluster.name);
  return [...others.map((cluster) => checkMachines(claimOf(deps, job, cluster))), ...claimed(job.action, claimOf(deps, job, input.cluster), action(input))];
}

function claimOf({ plan, claims, followClaim }: JobStepsDeps, job: JobSpec, cluster: PlannedCluster): JobClaim {
  return { plan, claims, followClaim, job: job.name, cluster };
}

function actionInput({ plan, doors }: JobStepsDeps, job: JobSpec): ActionInput | StepFailed {
  const missing = (reason: string, message: string, hint: string): StepFailed =>
    new StepFailed('refused', { object: `Job/${job.name}`, condition: 'Startable', reason, message }, { hint });
  const cluster = plan.clusters.find(({ name }) => name === job.cluster);
  if (!cluster)
    return missing('UnknownCluster', `this agent's lab ${plan.lab} has no cluster ${job.cluster}`, 'give the agent the lab file the pipeline was written for');
  const ocp = job.components.find(({ type }) => type === 'ocp');
  const image = ocp?.data['pull_url'];
  if (!ocp || typeof image !== 'string')
    return missing('NoRelease', `the job has no component of type ocp with data.pull_url`, 'add ocp to the job’s components');
  const rollout = job.rollout && rolloutOf(plan, job.rollout, cluster);
  if (typeof rollout === 'string')
    return missing('UnknownCluster', `this agent's lab ${plan.lab} has no cluster ${rollout}`, 'give the agent the lab file the pipeline was written for');
  const digest = ocp.data['digest'];
  if (doors.pullSecret === undefined) return missing('NoPullSecret', 'this agent has no pull secret', 'start the agent with --pull-secret FILE');
  const mirror = job.network === 'disconnected' ? mirrorOf(plan, image, doors.registryCaPath) : undefined;
  const sites = job.sitesRepo && sitesSource(plan, job, job.sitesRepo);
  // Not all of git goes through our doors: ssh dials by itself.
  if (mirror && sites && !isInsideLab(plan, { host: hostOf(sites.url) }))
    return missing('OutsideLab', `the job is disconnected, and ${sites.url} is outside of lab ${plan.lab}`, 'name a Git host of the lab in sites_repo');
  return {
    job: job.name,
    plan,
    cluster,
    inputs: job.inputs,
    release: { version: ocp.version, image: mirror === undefined ? image : mirrored(image, mirror.registry), ...(typeof digest === 'string' && { digest }) },
    pullSecret: doors.pullSecret,
    sshPublicKey: doors.sshPublicKey,
    ...(sites && { sites }),
    ...(rollout && { rollout }),
    ...(mirror && { mirror }),
  };
}

/** Of `https://HOST/PATH`, `ssh://USER@HOST/PATH` or `USER@HOST:PATH`. */
function hostOf(url: string): string {
  return url.includes('://') ? new URL(url).hostname : url.slice(url.indexOf('@') + 1).split(':')[0]!;
}

/** The jumphost's registry and HTTP store, by the names that the lab's DNS gives them. */
function mirrorOf(plan: LabPlan, source: string, caPath: string | undefined): MirrorInside {
  const { domain, jumphost } = plan;
  const { registry, httpStore } = jumphost.services;
  return {
    registry: `registry.${domain}:${registry?.port ?? 5000}`,
    store: `http://http.${domain}:${httpStore?.port ?? 8080}`,
    source,
    caPath,
    additionalImages: mirroredImages(plan),
    sync: registry?.mirror ?? false,
  };
}

/** The clusters of a job that names several. @returns the name of one that the lab does not have. */
function rolloutOf({ clusters }: LabPlan, keys: RolloutKeys, own: PlannedCluster): Rollout | string {
  const names = keys.clusters ?? [own.name];
  const missing = names.find((name) => !clusters.some((one) => one.name === name));
  if (missing !== undefined) return missing;
  const { driver, canaries, max_concurrency: maxConcurrency } = keys;
  const named = [...new Set([own.name, ...names])].map((name) => clusters.find((one) => one.name === name)!);
  return { clusters: named, canaries, maxConcurrency, ...(driver && { driver }) };
}

/** The repository of a GitOps job, with what the pipeline left to the lab, and the commit that its component names. */
function sitesSource({ domain }: LabPlan, { cluster, components }: JobSpec, repo: NonNullable<JobSpec['sitesRepo']>): SitesSource {
  return {
    url: repo.url ?? `https://git.${domain}/sites.git`,
    branch: repo.branch,
    revision: components.find(({ type }) => type === SITES_COMPONENT)?.version,
    path: repo.path ?? `${cluster}/sites`,
    policiesPath: repo.policies_path,
    access: {
      username: repo.username,
      passwordPath: repo.password_path,
      keyPath: repo.key_path,
      knownHostsPath: repo.known_hosts_path,
      caPath: repo.ca_path,
    },
  };
}

function refusing(failure: StepFailed): Step<ActionDeps> {
  return { id: 'check-job', title: 'Check what the job needs', limitMs: 60_000, run: () => Promise.reject(failure) };
}
