import type { Action } from './action.ts';
import { installByAgent } from './install-by-agent.ts';
import { resetMachines } from './reset-machines.ts';

/** Installs a cluster by agent over an earlier one: its VMs begin with empty disks. */
export const redeployByAgent: Action = (input) => [resetMachines(input), ...installByAgent(input)];
