import type { Action } from './action.ts';
import { awaitApi } from './cluster-install/await-api.ts';
import { awaitNodes } from './cluster-install/await-nodes.ts';
import { awaitOperators } from './cluster-install/await-operators.ts';
import { awaitSsh } from './cluster-install/await-ssh.ts';
import { bootMachines, ejectImage } from './cluster-install/boot-machines.ts';
import { newCluster } from './cluster-install/new-cluster.ts';
import { storeCredentials } from './cluster-install/store-credentials.ts';
import { withBootstrapLogs } from './cluster-install/with-bootstrap-logs.ts';
import { prepareSteps } from './hub-preparation/prepare-hub.ts';
import { machinesOf } from './machine-power.ts';
import { checkMirror } from './mirror/check-mirror.ts';
import { createIgnition } from './sno-in-place/create-ignition.ts';
import { createImage } from './sno-in-place/create-image.ts';
import { inPlaceFiles } from './sno-in-place/in-place-files.ts';

const MINUTE = 60_000;

/**
 * Installs a single node without another machine: a live system is the bootstrap, writes the disk of its own machine, and reboots
 * into the cluster (reference/lab-and-libvirt.md §1.4; openshift/enhancements, single-node-installation-bootstrap-in-place).
 *
 * The bootstrap serves the API for a while, at the same address as the cluster after it. That the machine runs from its disk
 * shows in its Node: a bootstrap has none.
 */
export const installInPlace: Action = (input) => {
  const { cluster } = input;
  const machines = machinesOf(input);
  const node = cluster.nodes[0]!;
  return [
    ...checkMirror(input),
    createIgnition(input),
    createImage(input),
    bootMachines(input, { machines, imageOf: (deps) => inPlaceFiles(deps, input).iso }),
    awaitSsh(node, { id: 'await-live-system', title: `Wait for the live system of ${node.name}`, limitMs: 20 * MINUTE }),
    awaitApi(input, { id: 'await-bootkube', title: `Wait until the bootstrap of ${cluster.name} serves its API`, limitMs: 45 * MINUTE }),
    withBootstrapLogs(
      input,
      [node.addresses[0]!],
      awaitNodes(input, {
        id: 'await-disk',
        title: `Wait until ${node.name} runs from its disk`,
        limitMs: 60 * MINUTE,
        nodes: [node],
        meanwhile: 'the bootstrap ends, the disk is written, the machine reboots; if its console shows the live system again, its firmware prefers the CD',
      }),
    ),
    awaitApi(input, { limitMs: 30 * MINUTE }),
    awaitOperators(input),
    ejectImage(input, machines),
    storeCredentials(input),
    ...(cluster.role === 'hub' ? prepareSteps(input, (deps, context) => newCluster(input, deps, context)) : []),
  ];
};
