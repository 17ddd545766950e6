import type { Action } from './action.ts';
import { awaitApi, awaitBootstrap, awaitDisks, awaitHosts, awaitRendezvous, newCluster } from './agent-install/await-milestone.ts';
import { awaitOperators } from './agent-install/await-operators.ts';
import { bootMachines, ejectImage } from './agent-install/boot-machines.ts';
import { createImage } from './agent-install/create-image.ts';
import { checkMirror } from './mirror/check-mirror.ts';
import { storeCredentials } from './agent-install/store-credentials.ts';
import { prepareSteps } from './hub-preparation/prepare-hub.ts';

/** Installs a cluster by the agent-based installer, from the jumphost: its own image, booted through each BMC; one that is to be a hub is made one. */
export const installByAgent: Action = (input) => [
  ...checkMirror(input),
  createImage(input),
  bootMachines(input),
  awaitRendezvous(input),
  awaitHosts(input),
  awaitDisks(input),
  awaitApi(input),
  awaitBootstrap(input),
  awaitOperators(input),
  ejectImage(input),
  storeCredentials(input),
  ...(input.cluster.role === 'hub' ? prepareSteps(input, (deps, context) => newCluster(input, deps, context)) : []),
];
