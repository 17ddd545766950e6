import { MINUTE, until, type Guest } from './guest.ts';
import { form, rollOut, type IgnitionCluster } from './ignition-cluster.ts';
import type { InstallerWorld } from './installer-world.ts';
import { untilAborted } from './until-aborted.ts';

/** What runs as a bootstrap: a machine, or a VM inside a provisionhost. */
export interface Bootstrap extends Pick<Guest, 'signal' | 'pause'> {
  readonly address: string;
}

/**
 * A bootstrap: serves machine configurations and the first API, until the control plane carries itself; then operators come up.
 * One that goes earlier takes its cluster along. It returns early, and for ever incomplete, when a fault says so.
 */
export async function bootstrap(world: InstallerWorld, cluster: IgnitionCluster, { address, signal, pause }: Bootstrap): Promise<void> {
  const identity = await cluster.identity.promise;
  const { cluster: name, clusterId } = identity;
  await pause('pull-release', 4 * MINUTE, 7 * MINUTE);
  until(signal, world.listen({ host: address, port: 22_623 }));
  cluster.configsServed.resolve();
  await pause('bootstrap-api', 2 * MINUTE, 4 * MINUTE);
  const kube = await form(world, cluster, identity);
  let complete = false;
  until(signal, () => complete || void world.clock.during(world.clusterLost({ name, clusterId })));
  await untilAborted(cluster.controlPlaneUp.promise, signal);
  if (world.faults.hits('bootstrap-never-completes', name)) return world.faults.spend('bootstrap-never-completes', name);
  await pause('hand-over', 3 * MINUTE, 5 * MINUTE);
  const metadata = { name: 'bootstrap', namespace: 'kube-system' };
  await world.clock.during(kube.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { status: 'complete' } }));
  complete = true;
  cluster.bootstrapCarries = false;
  cluster.rolledOut.resolve(rollOut(world, cluster));
  cluster.bootstrapComplete.resolve();
  if (identity.mastersSchedulable) cluster.complete.resolve();
}
