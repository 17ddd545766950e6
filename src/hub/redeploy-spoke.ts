import type { Action } from './action.ts';
import { destroySpoke } from './destroy-spoke.ts';
import { installSpoke } from './install-spoke.ts';
import { resetMachines } from './reset-machines.ts';

/** Deletes all of a spoke and installs it anew (reference/ztp.md §5.4): it works after a failed installation too. */
export const redeploySpoke: Action = (input) => [...destroySpoke(input), resetMachines(input), ...installSpoke(input)];
