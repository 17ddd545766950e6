import { listIfServed } from '../../kube/list-if-served.ts';
import type { UpgradeDriver } from '../../contract/rollout.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { StepContext } from '../../util/step.ts';
import type { Hub } from '../hub.ts';
import { CLUSTER_CURATOR, CLUSTER_GROUP_UPGRADE, MANAGED_CLUSTER, MANAGED_CLUSTER_ADD_ON, refTo } from '../kinds.ts';
import { conditionOf } from '../read-object.ts';

/** One of the job's clusters, as far as the choice goes. */
export interface Candidate {
  readonly name: string;
  readonly hub: Hub | undefined;
  readonly hasKubeconfig: boolean;
}

const POLICY_ADD_ON = 'config-policy-controller';

/** An add-on is there before it is available: a cluster that was imported just now is given so long. */
const PATIENCE_MS = 5 * 60_000;
const PAUSE_MS = 15_000;

/** Why a driver cannot be had, and whether that may pass by itself. */
interface Obstacle {
  readonly message: string;
  readonly passes: boolean;
}

/**
 * The driver that a job asks for, if its hub offers it; else TALM where every cluster follows policies of the hub,
 * else the clusters themselves, where the job has their kubeconfigs.
 *
 * @throws StepFailed when the driver asked for, or any, cannot be had.
 */
export async function chooseDriver(
  wanted: UpgradeDriver | undefined,
  clusters: readonly Candidate[],
  { clock, signal, waiting }: Pick<StepContext, 'clock' | 'signal' | 'waiting'>,
): Promise<UpgradeDriver> {
  const order: readonly UpgradeDriver[] = wanted === undefined ? ['talm', 'direct'] : [wanted];
  const untilMs = clock.now() + PATIENCE_MS;
  const object = clusters.map(({ name }) => name).join(', ');
  const reasons: string[] = [];
  for (const driver of order) {
    let obstacle = await obstacleTo(driver, clusters, signal);
    while (obstacle?.passes && clock.now() < untilMs) {
      waiting({ object, condition: 'Upgradeable', reason: 'DriverNotReady', message: `${driver}: ${obstacle.message}` });
      await clock.sleep(PAUSE_MS, signal);
      obstacle = await obstacleTo(driver, clusters, signal);
    }
    waiting(undefined);
    if (obstacle === undefined) return driver;
    reasons.push(`${driver}: ${obstacle.message}`);
  }
  const on = { object, condition: 'Upgradeable', reason: 'NoDriver', message: reasons.join('; ') };
  throw new StepFailed('refused', on, { hint: 'give the job inputs with the kubeconfig of the hub or of the cluster, or leave driver away' });
}

async function obstacleTo(driver: UpgradeDriver, clusters: readonly Candidate[], signal: AbortSignal): Promise<Obstacle | undefined> {
  for (const { name, hub, hasKubeconfig } of clusters) {
    if (driver === 'direct') {
      if (!hasKubeconfig) return { message: `nobody has a kubeconfig of ${name}`, passes: false };
      continue;
    }
    if (hub === undefined) return { message: `the job has no kubeconfig of the hub of ${name}`, passes: false };
    const kind = driver === 'talm' ? CLUSTER_GROUP_UPGRADE : CLUSTER_CURATOR;
    if ((await listIfServed(hub.kube, kind, signal)) === undefined) return { message: `${hub.name} serves no ${kind.kind}`, passes: false };
    const managed = await hub.kube.get(refTo(MANAGED_CLUSTER, name), signal);
    if (conditionOf(managed, 'ManagedClusterConditionAvailable')?.status !== 'True')
      return { message: `${hub.name} does not manage ${name} now`, passes: managed !== undefined };
    if (driver === 'curator') continue;
    const addOn = await hub.kube.get(refTo(MANAGED_CLUSTER_ADD_ON, POLICY_ADD_ON, name), signal);
    if (conditionOf(addOn, 'Available')?.status !== 'True')
      return { message: `${name} follows no policies of ${hub.name}: its add-on ${POLICY_ADD_ON} is not available`, passes: addOn !== undefined };
  }
  return undefined;
}
