import type { LabPlan } from '../lab/plan.ts';
import { planLabFile, writeLock } from './plan-lab-file.ts';

/**
 * The plan of the lab at PATH, for commands that touch hosts: recorded in the lock file first, because machines are made
 * with its addresses. Diagnostics go to stderr. @returns undefined after a mistake in the files; the exit code is set.
 */
export async function plannedLab(path: string): Promise<LabPlan | undefined> {
  const planned = await planLabFile(path);
  const { plan, lock } = planned.result;
  if (!plan || !lock) {
    process.exitCode = 2;
    return undefined;
  }
  await writeLock(planned, lock);
  return plan;
}
