import type { Action } from './action.ts';
import { checkUpgrade } from './upgrade/check-upgrade.ts';
import { batchesOf, rolloutOf } from './upgrade/rollout.ts';
import { startUpgrade, upgradeBatch, verifyUpgrade } from './upgrade/upgrade-steps.ts';

/**
 * Brings installed spokes to the release of the job's `ocp` component (reference/ztp.md §5.6): canaries first, then batch
 * after batch, and nobody after a failure. A spoke that runs it already is done at once.
 */
export const upgradeSpokes: Action = (input) => [
  checkUpgrade(input),
  startUpgrade(input),
  ...batchesOf(rolloutOf(input)).map((batch) => upgradeBatch(input, batch)),
  verifyUpgrade(input),
];
