import type { Condition, KubeObject } from '../../kube/objects.ts';
import type { WaitingOn } from '../../util/step.ts';
import { valueAt } from '../read-object.ts';
import type { SymptomRule } from '../watch-symptoms.ts';

/** With it a curator takes versions that the update graph offers with known risks. */
export const UNRECOMMENDED_ANNOTATION = 'cluster.open-cluster-management.io/upgrade-allow-not-recommended-versions';

/** The condition for the Job as a whole; each of its containers has one of its own name. */
const JOB = 'clustercurator-job';
const FAILED = 'Job_failed';

export type Curation =
  | { readonly status: 'done' }
  | { readonly status: 'not-started' | 'running' | 'failed' | 'gone'; readonly on: WaitingOn; readonly percent?: number };

/**
 * How far a ClusterCurator is, by its conditions. All have the reason `Job_has_finished`: with status False what they name
 * is at work, with True it has ended; what failed has status True and the reason `Job_failed`
 * (cluster-curator-controller, pkg/jobs/utils/helpers.go; reference/ztp.md §2.10 has it the other way round).
 */
export function curation(curator: KubeObject | undefined, name: string): Curation {
  const object = `ClusterCurator/${name}/${name}`;
  if (curator === undefined) return { status: 'gone', on: { object, condition: JOB, reason: 'Deleted', message: 'it is not there any more' } };
  const conditions = (valueAt(curator, 'status', 'conditions') ?? []) as readonly Condition[];
  const job = conditions.find(({ type }) => type === JOB);
  const said = ({ type, reason, message }: Condition): WaitingOn => ({ object, condition: type, reason, message });
  const failed = conditions.filter(({ reason }) => reason === FAILED);
  // Whichever container failed says why; the Job only that it did.
  const failure = failed.find(({ type }) => type !== JOB) ?? failed[0];
  if (failure) return { status: 'failed', on: said(failure) };
  if (job === undefined) return { status: 'not-started', on: { object, condition: JOB, reason: 'NotStarted', message: 'its Job has not begun yet' } };
  if (job.status === 'True') return { status: 'done' };
  const working = conditions.find(({ type, status }) => type !== JOB && status === 'False') ?? job;
  const percent = /\((\d+)% complete\)/.exec(working.message)?.[1];
  return { status: 'running', on: said(working), ...(percent !== undefined && { percent: Number(percent) }) };
}

export const FAILED_CURATION: SymptomRule<KubeObject> = {
  id: 'curation-failed',
  sees(curator) {
    const state = curation(curator, curator.metadata.name);
    return state.status === 'failed' ? [state.on] : [];
  },
  tolerateMs: 0,
  cause: 'the Job of the curator could not change the cluster through its hub, or the version is none that the cluster is offered',
  hint: 'read the log of its Job, then run the job again, or with driver: talm or direct',
  look: 'oc logs -n CLUSTER -l job-name --all-containers',
};
