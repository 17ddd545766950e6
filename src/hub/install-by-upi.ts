import type { Action } from './action.ts';
import { awaitApi } from './cluster-install/await-api.ts';
import { awaitBootstrapComplete } from './cluster-install/await-bootstrap-complete.ts';
import { awaitNodes } from './cluster-install/await-nodes.ts';
import { awaitOperators } from './cluster-install/await-operators.ts';
import { bootMachines, ejectImage } from './cluster-install/boot-machines.ts';
import { newCluster } from './cluster-install/new-cluster.ts';
import { powerOffMachines } from './cluster-install/power-off-machines.ts';
import { storeCredentials } from './cluster-install/store-credentials.ts';
import { withBootstrapLogs } from './cluster-install/with-bootstrap-logs.ts';
import { prepareSteps } from './hub-preparation/prepare-hub.ts';
import { machinesOf } from './machine-power.ts';
import { checkMirror } from './mirror/check-mirror.ts';
import { awaitMachineConfigs } from './upi-install/await-machine-configs.ts';
import { awaitWorkers } from './upi-install/await-workers.ts';
import { createIgnitions } from './upi-install/create-ignitions.ts';
import { createImages } from './upi-install/create-images.ts';
import { removeBootstrap } from './upi-install/remove-bootstrap.ts';
import { machinesOfRole, nodesOf, upiFiles } from './upi-install/upi-files.ts';

const MINUTE = 60_000;

/**
 * Installs a cluster on infrastructure that is there already (reference/lab-and-libvirt.md §1.7): each machine boots an image of
 * its own once, that installs RHCOS with the ignition of its role. A bootstrap serves the first control plane and goes; workers
 * join last. Names and load balancer are the jumphost's.
 */
export const installByUpi: Action = (input) => {
  const { cluster } = input;
  const workers = machinesOfRole(input, 'worker');
  const boot = (role: 'bootstrap' | 'master' | 'worker', id: string, who: string) =>
    bootMachines(input, {
      id,
      title: `Boot ${who} of ${cluster.name}`,
      machines: machinesOfRole(input, role),
      imageOf: (deps, machine) => upiFiles(deps, input).isoOf(machine),
    });
  return [
    ...checkMirror(input),
    createIgnitions(input),
    createImages(input),
    powerOffMachines(input, machinesOf(input)),
    boot('bootstrap', 'boot-bootstrap', 'the bootstrap'),
    awaitMachineConfigs(input),
    awaitApi(input, { id: 'await-bootstrap-api', title: `Wait until the bootstrap of ${cluster.name} serves its API`, limitMs: 30 * MINUTE }),
    boot('master', 'boot-control-plane', 'the control plane'),
    awaitNodes(input, {
      id: 'await-control-plane',
      title: `Wait until the control plane of ${cluster.name} has registered`,
      limitMs: 45 * MINUTE,
      nodes: nodesOf(input, 'master'),
      meanwhile: 'the others write their disks, reboot, or ask the bootstrap for their configuration',
    }),
    withBootstrapLogs(
      input,
      [...nodesOf(input, 'bootstrap'), ...nodesOf(input, 'master')].map(({ addresses }) => addresses[0]!),
      awaitBootstrapComplete(input),
    ),
    removeBootstrap(input),
    ...(workers.length > 0 ? [boot('worker', 'boot-workers', `${workers.length} workers`), awaitWorkers(input)] : []),
    awaitApi(input, { limitMs: 30 * MINUTE }),
    awaitOperators(input),
    ejectImage(input, machinesOf(input)),
    storeCredentials(input),
    ...(cluster.role === 'hub' ? prepareSteps(input, (deps, context) => newCluster(input, deps, context)) : []),
  ];
};
