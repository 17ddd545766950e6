import { jitterMs } from '../../jitter.ts';
import type { FinalizingStage } from '../../../faults/fault-row.ts';
import type { PlayerDeps } from './play-agent.ts';

const MINUTE_MS = 60_000;
/** OpenShift 4.18 has about this many things to reconcile. */
const PARTS = 886;

export interface FinalizingOptions {
  readonly seed: number | string;
  /** A stage that never ends; undefined: all do. */
  readonly endsIn: FinalizingStage | undefined;
}

/** Plays the controller that the new cluster runs until it is installed: operators, ingress CA, the last stages. */
export async function playFinalizing(
  { clock, agents, service }: PlayerDeps,
  clusterId: string,
  { seed, endsIn }: FinalizingOptions,
  signal: AbortSignal,
): Promise<void> {
  const cluster = service.clusters.get(clusterId);
  if (!cluster) return;
  const { openshiftVersion: version, controlPlanes, name } = cluster.spec;
  const totalMs =
    controlPlanes === 1
      ? jitterMs(seed, name, 'finalizing', 13 * MINUTE_MS, 17 * MINUTE_MS)
      : jitterMs(seed, name, 'finalizing', 17 * MINUTE_MS, 22 * MINUTE_MS);
  const pause = (share: number): Promise<void> => clock.sleep(totalMs * share, signal);

  agents.finalizing(clusterId, 'Waiting for cluster operators');
  for (const percent of [62, 80, 93, 99]) {
    await pause(0.2);
    agents.operator(
      clusterId,
      'cvo',
      'progressing',
      `Working towards ${version}: ${Math.round((PARTS * percent) / 100)} of ${PARTS} done (${percent}% complete)`,
    );
  }
  if (endsIn === 'Waiting for cluster operators') return;
  await pause(0.1);
  agents.operator(clusterId, 'console', 'available', 'All is well');
  await clock.sleep(10_000, signal);
  agents.operator(clusterId, 'cvo', 'available', `Done applying ${version}`);
  agents.finalizing(clusterId, 'Adding router ca');
  if (endsIn === 'Adding router ca') return;
  await pause(0.05);
  agents.uploadIngressCa(clusterId);
  agents.finalizing(clusterId, 'Applying olm manifests');
  await pause(0.05);
  agents.finalizing(clusterId, 'Done');
}
