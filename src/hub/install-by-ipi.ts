import { membersOf } from '../lab/members.ts';
import type { Action } from './action.ts';
import { awaitApi } from './cluster-install/await-api.ts';
import { awaitBootstrapComplete } from './cluster-install/await-bootstrap-complete.ts';
import { awaitOperators } from './cluster-install/await-operators.ts';
import { awaitSsh } from './cluster-install/await-ssh.ts';
import { newCluster } from './cluster-install/new-cluster.ts';
import { powerOffMachines } from './cluster-install/power-off-machines.ts';
import { storeCredentials } from './cluster-install/store-credentials.ts';
import { withBootstrapLogs } from './cluster-install/with-bootstrap-logs.ts';
import { prepareSteps } from './hub-preparation/prepare-hub.ts';
import { awaitHosts } from './ipi-install/await-hosts.ts';
import { checkProvisionhost } from './ipi-install/check-provisionhost.ts';
import { clearProvisionhost } from './ipi-install/clear-provisionhost.ts';
import { following } from './ipi-install/follow-installer.ts';
import { placeInstaller } from './ipi-install/place-installer.ts';
import { awaitInstaller, fetchCredentials, startInstallation } from './ipi-install/start-installer.ts';
import { memberMachinesOf } from './machine-power.ts';
import { checkMirror } from './mirror/check-mirror.ts';

const MINUTE = 60_000;

/**
 * Installs a cluster by the installer's own means (reference/lab-and-libvirt.md §1.3): `create cluster` runs on a provisionhost,
 * makes a bootstrap VM there, and metal3 installs the hosts through their BMCs. The installer is followed, not owned: it goes on
 * while nobody looks, and each milestone is seen from outside.
 */
export const installByIpi: Action = (input) => {
  const { cluster } = input;
  const nodes = (role: string) => membersOf(cluster).filter((node) => node.role === role);
  const workers = nodes('worker');
  const bootstrap = { name: 'bootstrap', addresses: cluster.bootstrap?.addresses ?? [] };
  return [
    ...checkMirror(input),
    checkProvisionhost(input),
    powerOffMachines(input, memberMachinesOf(input)),
    clearProvisionhost(input),
    placeInstaller(input),
    startInstallation(input),
    fetchCredentials(input),
    following(input, awaitSsh(bootstrap, { id: 'await-bootstrap-vm', title: `Wait for the bootstrap VM of ${cluster.name}`, limitMs: 30 * MINUTE })),
    following(input, awaitApi(input, { id: 'await-bootstrap-api', title: `Wait until the bootstrap of ${cluster.name} serves its API`, limitMs: 40 * MINUTE })),
    awaitHosts(input, {
      id: 'await-control-plane',
      title: `Wait until metal3 has provisioned the control plane of ${cluster.name}`,
      limitMs: 60 * MINUTE,
      nodes: nodes('master'),
    }),
    withBootstrapLogs(input, [bootstrap, ...nodes('master')].map(addressOf), following(input, awaitBootstrapComplete(input))),
    ...(workers.length > 0
      ? [
          awaitHosts(input, {
            id: 'await-workers',
            title: `Wait until metal3 has provisioned ${workers.length} workers of ${cluster.name}`,
            limitMs: 60 * MINUTE,
            nodes: workers,
          }),
        ]
      : []),
    following(input, awaitApi(input, { limitMs: 30 * MINUTE })),
    following(input, awaitOperators(input)),
    awaitInstaller(input),
    storeCredentials(input),
    ...(cluster.role === 'hub' ? prepareSteps(input, (deps, context) => newCluster(input, deps, context)) : []),
  ];
};

function addressOf({ addresses }: { readonly addresses: readonly string[] }): string {
  return addresses[0] ?? '';
}
