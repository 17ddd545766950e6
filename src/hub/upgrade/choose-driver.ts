import type { UpgradeDriver } from '../../contract/rollout.ts';
import type { KindRef } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Hub } from '../hub.ts';
import { CLUSTER_CURATOR, CLUSTER_GROUP_UPGRADE, MANAGED_CLUSTER, MANAGED_CLUSTER_ADD_ON, refTo } from '../kinds.ts';
import { conditionOf } from '../read-object.ts';
import { serves } from './open-cluster.ts';

/** One of the job's clusters, as far as the choice goes. */
export interface Candidate {
  readonly name: string;
  readonly hub: Hub | undefined;
  readonly hasKubeconfig: boolean;
}

const POLICY_ADD_ON = 'config-policy-controller';

/**
 * The driver that a job asks for, if its hub offers it; else the first of: TALM where every cluster follows policies,
 * the clusters themselves where the job has their kubeconfigs, ClusterCurator, which knows no images and no canaries.
 *
 * @throws StepFailed when the driver asked for, or any, cannot be had.
 */
export async function chooseDriver(wanted: UpgradeDriver | undefined, clusters: readonly Candidate[], signal: AbortSignal): Promise<UpgradeDriver> {
  const order: readonly UpgradeDriver[] = wanted === undefined ? ['talm', 'direct', 'curator'] : [wanted];
  const reasons: string[] = [];
  for (const driver of order) {
    const mistake = await unavailable(driver, clusters, signal);
    if (mistake === undefined) return driver;
    reasons.push(`${driver}: ${mistake}`);
  }
  const on = { object: clusters.map(({ name }) => name).join(', '), condition: 'Upgradeable', reason: 'NoDriver', message: reasons.join('; ') };
  throw new StepFailed('refused', on, { hint: 'give the job inputs with the kubeconfig of the hub or of the cluster, or leave driver away' });
}

async function unavailable(driver: UpgradeDriver, clusters: readonly Candidate[], signal: AbortSignal): Promise<string | undefined> {
  for (const { name, hub, hasKubeconfig } of clusters) {
    if (driver === 'direct') {
      if (!hasKubeconfig) return `nobody has a kubeconfig of ${name}`;
      continue;
    }
    if (hub === undefined) return `the job has no kubeconfig of the hub of ${name}`;
    const kind: KindRef = driver === 'talm' ? CLUSTER_GROUP_UPGRADE : CLUSTER_CURATOR;
    if (!(await serves(hub.kube, kind, signal))) return `${hub.name} serves no ${kind.kind}`;
    const managed = await hub.kube.get(refTo(MANAGED_CLUSTER, name), signal);
    if (conditionOf(managed, 'ManagedClusterConditionAvailable')?.status !== 'True') return `${hub.name} does not manage ${name} now`;
    if (driver === 'curator') continue;
    const addOn = await hub.kube.get(refTo(MANAGED_CLUSTER_ADD_ON, POLICY_ADD_ON, name), signal);
    if (conditionOf(addOn, 'Available')?.status !== 'True') return `${name} follows no policies of ${hub.name}: its add-on ${POLICY_ADD_ON} is not available`;
  }
  return undefined;
}
