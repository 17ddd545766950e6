import type { RolloutKeys } from '../contract/rollout.ts';
import type { Implementation, SitesRepo } from '../contract/sites-repo.ts';
import type { FilePosition } from '../util/errors.ts';

export const ACTIONS = ['install', 'prepare', 'detach', 'attach', 'redeploy', 'upgrade', 'policies', 'destroy', 'release'] as const;
export type ActionName = (typeof ACTIONS)[number];

/** The variable by which a job gets the kubeconfig of the hub it works through. */
export const HUB_KUBECONFIG = 'hub_kubeconfig';

/** A job of a pipeline file, merged and overridden. */
export interface Jobdef {
  readonly name: string;
  readonly stage: string;
  /** Names or stages of earlier jobs: where inputs and the previous job come from. Not an order. */
  readonly prevStages: readonly string[];
  /** Names of jobs that must end well first, besides those of earlier stages. */
  readonly needs: readonly string[];
  /** Names of jobs that must have ended first, however they ended. */
  readonly after: readonly string[];
  readonly topic: string | undefined;
  /** The topic is that of the previous job, when there is one. */
  readonly usePreviousTopic: boolean;
  /** Entries for `readComponentEntry`, as they stand. */
  readonly components: readonly unknown[];
  /** undefined for an Ansible job. */
  readonly action: ActionName | undefined;
  readonly ansiblePlaybook: string | undefined;
  readonly cluster: string | undefined;
  /** How a spoke comes to be; `sitesRepo` is read with `gitops` only. */
  readonly implementation: Implementation;
  /** `disconnected`: everything comes from inside the lab. */
  readonly network: 'connected' | 'disconnected';
  readonly sitesRepo: SitesRepo;
  /** Several clusters, and how they are upgraded; `clusters` holds at least `cluster` when there is one. */
  readonly rollout: RolloutKeys;
  /** Output of an earlier job → variable. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Output → file name relative to the job's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  /** How long it may run; null for no limit of its own. */
  readonly timeoutMs: number | null;
  /** Everything the file says, known or not: stored with the job. */
  readonly definition: Readonly<Record<string, unknown>>;
  /** Where a key stands; the job itself for a key that is not there. */
  readonly at: (key: string) => FilePosition;
}
