import * as z from 'zod';
import { UpgradeDriver } from '../../contract/rollout.ts';
import type { PlannedCluster } from '../../lab/plan.ts';
import type { Memory, StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';

/** What `check-upgrade` found, for the steps after it. */
const Checked = z.object({
  driver: UpgradeDriver,
  target: z.object({ version: z.string(), image: z.string(), force: z.boolean() }),
  /** Names of the clusters that do not run the target yet. */
  behind: z.array(z.string()),
  /** By cluster, of those that could be asked. */
  clusterIds: z.record(z.string(), z.string()),
  /** By cluster: what an administrator must acknowledge before it goes to the target's minor version. */
  gates: z.record(z.string(), z.array(z.string())),
});
export type Checked = z.infer<typeof Checked>;

/** The job as one of its steps sees it. */
export interface UpgradeRun {
  readonly input: ActionInput;
  readonly deps: ActionDeps;
  readonly context: StepContext;
  readonly checked: Checked;
}

/** One way of bringing clusters to a release. */
export interface UpgradeDriverWay {
  /** Once, before the first cluster. */
  readonly start?: (run: UpgradeRun) => Promise<Memory | void>;
  /** Until all of them run the target; none of those after them may begin before. */
  readonly upgrade: (run: UpgradeRun, clusters: readonly PlannedCluster[]) => Promise<void>;
  /** Once, when every cluster runs the target: takes away what `start` made. */
  readonly finish?: (run: UpgradeRun) => Promise<void>;
}

export function checkedIn(memory: Memory): Checked {
  return Checked.parse(memory['upgrade']);
}
