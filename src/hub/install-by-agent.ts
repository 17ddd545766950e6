import type { Action } from './action.ts';
import { agentFiles } from './agent-install/agent-files.ts';
import { awaitBootstrap, awaitDisks, awaitHosts, awaitRendezvous } from './agent-install/await-milestone.ts';
import { createImage } from './agent-install/create-image.ts';
import { awaitApi } from './cluster-install/await-api.ts';
import { awaitOperators } from './cluster-install/await-operators.ts';
import { bootMachines, ejectImage } from './cluster-install/boot-machines.ts';
import { newCluster } from './cluster-install/new-cluster.ts';
import { machinesOf } from './machine-power.ts';
import { checkMirror } from './mirror/check-mirror.ts';
import { storeCredentials } from './cluster-install/store-credentials.ts';
import { prepareSteps } from './hub-preparation/prepare-hub.ts';

/** Installs a cluster by the agent-based installer, from the jumphost: its own image, booted through each BMC; one that is to be a hub is made one. */
export const installByAgent: Action = (input) => [
  ...checkMirror(input),
  createImage(input),
  bootMachines(input, { machines: machinesOf(input), imageOf: (deps) => agentFiles(deps, input).iso }),
  awaitRendezvous(input),
  awaitHosts(input),
  awaitDisks(input),
  awaitApi(input),
  awaitBootstrap(input),
  awaitOperators(input),
  ejectImage(input, machinesOf(input)),
  storeCredentials(input),
  ...(input.cluster.role === 'hub' ? prepareSteps(input, (deps, context) => newCluster(input, deps, context)) : []),
];
