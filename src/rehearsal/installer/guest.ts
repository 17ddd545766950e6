import type { KubeClient } from '../../kube/kube-client.ts';
import type { PlannedNode } from '../../lab/plan.ts';
import { rfc3339Seconds } from '../controllers/conditions.ts';
import { jitterMs } from '../controllers/jitter.ts';
import type { Boot } from '../machines/machines.ts';
import type { InstallerWorld } from './installer-world.ts';

export const SECOND = 1000;
export const MINUTE = 60_000;

/** One boot of a machine, and what its guest can do. */
export interface Guest {
  readonly machine: Boot['machine'];
  /** Aborted when the machine loses power or reboots. */
  readonly signal: AbortSignal;
  /** Its name in the cluster. */
  readonly hostname: string;
  readonly pause: (stage: string, minMs: number, maxMs: number) => Promise<void>;
}

export function guestOf(world: InstallerWorld, cluster: string, { machine, signal }: Boot): Guest {
  const hostname = world.hostname(cluster, machine.name) ?? machine.name;
  return {
    machine,
    signal,
    hostname,
    pause: (stage, minMs, maxMs) => world.clock.sleep(jitterMs(world.seed, `${cluster}/${hostname}`, `ignition/${stage}`, minMs, maxMs), signal),
  };
}

/** It answers ssh for as long as it lives. */
export function answerSsh(world: InstallerWorld, { machine, signal }: Guest): void {
  until(signal, world.listen({ host: machine.address, port: 22 }, 'SSH-2.0-OpenSSH_8.7'));
}

/** Stops something when the guest is gone. */
export function until(signal: AbortSignal, stop: () => void): void {
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
}

/** Its kubelet registers, and is ready a little later. */
export async function addNode(world: InstallerWorld, kube: KubeClient, guest: Guest, role: Extract<PlannedNode['role'], 'master' | 'worker'>): Promise<void> {
  const { hostname, machine, signal } = guest;
  const status = (ready: boolean): object => ({
    addresses: [{ type: 'InternalIP', address: machine.address }],
    conditions: [
      {
        type: 'Ready',
        status: ready ? 'True' : 'False',
        reason: ready ? 'KubeletReady' : 'KubeletNotReady',
        message: ready ? 'kubelet is posting ready status' : 'container runtime network not ready',
        lastTransitionTime: rfc3339Seconds(world.clock.now()),
      },
    ],
  });
  const metadata = { name: hostname, labels: { [`node-role.kubernetes.io/${role}`]: '' } };
  const made = await world.clock.during(kube.create({ apiVersion: 'v1', kind: 'Node', metadata, status: status(false) }));
  const written = await world.clock.during(kube.update({ ...made, status: status(false) }, { subresource: 'status' }));
  signal.throwIfAborted();
  await guest.pause('node-ready', MINUTE, 2 * MINUTE);
  await world.clock.during(kube.update({ ...written, status: status(true) }, { subresource: 'status' }));
}
