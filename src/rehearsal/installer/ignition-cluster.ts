import type { KubeClient } from '../../kube/kube-client.ts';
import { messageOf } from '../../util/errors.ts';
import { jitterMs } from '../controllers/jitter.ts';
import type { Boot } from '../machines/machines.ts';
import { rollOutOperators } from './cluster-version.ts';
import type { ClusterIdentity } from './ignition.ts';
import type { Promised } from './installation.ts';
import type { InstallerWorld } from './installer-world.ts';

/**
 * One cluster whose machines boot ignition, from the first of them to `Available`.
 *
 * Machines that point at its machine configuration may boot before its bootstrap does, so its identity is a promise too.
 */
export interface IgnitionCluster {
  readonly clusterId: string;
  readonly identity: Promised<ClusterIdentity>;
  /** Its API is served, by the bootstrap at first. */
  readonly formed: Promised<KubeClient>;
  /** The bootstrap serves machine configurations. */
  readonly configsServed: Promised<void>;
  /** Every machine of the control plane runs from its disk and has registered. */
  readonly controlPlaneUp: Promised<void>;
  readonly bootstrapComplete: Promised<void>;
  /** Nothing is missing that its operators need. */
  readonly complete: Promised<void>;
  /** Its operators are there. */
  readonly rolledOut: Promised<void | Promise<void>>;
  /** MACs of the machines that have joined. */
  readonly joined: Set<string>;
  /** Of these, the control plane. */
  readonly masters: Set<string>;
  /** Of these, those that run. */
  readonly running: Set<string>;
  /** The bootstrap serves the API: nothing of it depends on the control plane yet. */
  bootstrapCarries: boolean;
  /** MACs of those that boot something else now. */
  readonly lost: Set<string>;
}

export function createIgnitionCluster(clusterId: string): IgnitionCluster {
  return {
    clusterId,
    identity: Promise.withResolvers(),
    formed: Promise.withResolvers(),
    configsServed: Promise.withResolvers(),
    controlPlaneUp: Promise.withResolvers(),
    bootstrapComplete: Promise.withResolvers(),
    complete: Promise.withResolvers(),
    rolledOut: Promise.withResolvers(),
    joined: new Set(),
    masters: new Set(),
    running: new Set(),
    bootstrapCarries: true,
    lost: new Set(),
  };
}

/** The API is served from now on. */
export async function form(world: InstallerWorld, cluster: IgnitionCluster, { cluster: name, ...identity }: ClusterIdentity): Promise<KubeClient> {
  const kube = await world.clock.during(world.clusterFormed({ name, ...identity }));
  cluster.formed.resolve(kube);
  return kube;
}

/** Its API answers for as long as a majority of the control plane, or before that the bootstrap, runs. */
export function carryApi(world: InstallerWorld, cluster: IgnitionCluster, { machine, signal }: Pick<Boot, 'machine' | 'signal'>, masters: number): void {
  const look = (): void => {
    if (!cluster.bootstrapCarries) world.apiListens(cluster.clusterId, cluster.running.size > masters / 2);
  };
  cluster.running.add(machine.mac);
  look();
  const leave = (): void => {
    cluster.running.delete(machine.mac);
    look();
  };
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
}

/** Operators come up, to the last of them when the cluster is complete. */
export async function rollOut(world: InstallerWorld, cluster: IgnitionCluster): Promise<void> {
  const { cluster: name, clusterId, version } = await cluster.identity.promise;
  const delayMs = (host: string, stage: string, minMs: number, maxMs: number): number =>
    jitterMs(world.seed, `${name}/${host}`, `ignition/${stage}`, minMs, maxMs);
  const rolledOut = rollOutOperators(world, { cluster: name, clusterId, version, complete: cluster.complete.promise, delayMs }, await cluster.formed.promise);
  await rolledOut.catch((error: unknown) => world.log(`${name}: ${messageOf(error)}`));
}
