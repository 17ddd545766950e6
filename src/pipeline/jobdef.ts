import type { FilePosition } from '../util/errors.ts';

export const ACTIONS = ['install', 'detach', 'redeploy'] as const;
export type ActionName = (typeof ACTIONS)[number];

/** A job of a pipeline file, merged and overridden. */
export interface Jobdef {
  readonly name: string;
  readonly stage: string;
  /** Names or stages of earlier jobs: where inputs and the previous job come from. Not an order. */
  readonly prevStages: readonly string[];
  /** Names of jobs that must end well first, besides those of earlier stages. */
  readonly needs: readonly string[];
  readonly topic: string | undefined;
  /** Entries for `componentQuery`, or DCI's map form as it stands. */
  readonly components: readonly unknown[];
  /** undefined for an Ansible job. */
  readonly action: ActionName | undefined;
  readonly ansiblePlaybook: string | undefined;
  readonly cluster: string | undefined;
  /** Output of an earlier job → variable. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Output → file name relative to the job's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Everything the file says, known or not: stored with the job. */
  readonly definition: Readonly<Record<string, unknown>>;
  /** Where a key stands; the job itself for a key that is not there. */
  readonly at: (key: string) => FilePosition;
}
