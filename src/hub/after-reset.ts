import type { Action } from './action.ts';
import { resetMachines } from './reset-machines.ts';

/** Redeploys a cluster that no hub has: it is installed over the earlier one, and its VMs begin with empty disks. */
export function afterReset(install: Action): Action {
  return (input) => [resetMachines(input), ...install(input)];
}
