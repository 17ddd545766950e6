import type { Action } from './action.ts';
import { destroySpoke } from './destroy-spoke.ts';
import { installCheckedSpoke } from './install-spoke.ts';
import { checkMirror } from './mirror/check-mirror.ts';
import { resetMachines } from './reset-machines.ts';

/** Deletes all of a spoke and installs it anew (reference/ztp.md §5.4): it works after a failed installation too. */
export const redeploySpoke: Action = (input) => [...checkMirror(input), ...destroySpoke(input), resetMachines(input), ...installCheckedSpoke(input)];
