import type { KubeClient } from '../../kube/kube-client.ts';
import { isLabwrightError } from '../../util/errors.ts';
import type { StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import type { Hub } from '../hub.ts';
import { CLUSTER_DEPLOYMENT, CLUSTER_VERSION, NODE, refTo, SECRET } from '../kinds.ts';
import { conditionOf, textAt, valueAt } from '../read-object.ts';

/** The variable by which a job gets the kubeconfig of the spoke it acts on. */
export const SPOKE_KUBECONFIG = 'spoke_kubeconfig';

/** What a running cluster says of itself. */
export interface SpokeState {
  readonly clusterId: string;
  /** Names of the nodes that are Ready, sorted. */
  readonly ready: readonly string[];
}

/** The job's own kubeconfig of the spoke; else the one its hub holds, when the spoke was installed there. */
export async function spokeKubeconfig(input: ActionInput, { kube, cluster, context }: Hub): Promise<string | undefined> {
  return input.inputs[SPOKE_KUBECONFIG] ?? keptKubeconfig(kube, cluster.name, context.signal);
}

/** What the hub has kept of a cluster that it installed. */
export async function keptKubeconfig(kube: KubeClient, cluster: string, signal: AbortSignal): Promise<string | undefined> {
  const deployment = await kube.get(refTo(CLUSTER_DEPLOYMENT, cluster, cluster), signal);
  if (valueAt(deployment, 'spec', 'installed') !== true) return undefined;
  const name = textAt(deployment, 'spec', 'clusterMetadata', 'adminKubeconfigSecretRef', 'name');
  const secret = name === '' ? undefined : await kube.get(refTo(SECRET, name, cluster), signal);
  const value = textAt(secret, 'data', 'kubeconfig');
  return value === '' ? undefined : Buffer.from(value, 'base64').toString();
}

export async function spokeClient(input: ActionInput, deps: ActionDeps, hub: Hub): Promise<KubeClient | undefined> {
  const kubeconfig = await spokeKubeconfig(input, hub);
  return kubeconfig === undefined ? undefined : deps.kube(kubeconfig, hub.context.stepId);
}

/** @throws LabwrightError `unreachable` when the cluster does not answer. */
export async function readSpoke(kube: KubeClient, signal: AbortSignal): Promise<SpokeState> {
  const version = await kube.get(refTo(CLUSTER_VERSION, 'version'), signal);
  const { items } = await kube.list(NODE, signal);
  const ready = items.filter((node) => conditionOf(node, 'Ready')?.status === 'True').map(({ metadata }) => metadata.name);
  return { clusterId: textAt(version, 'spec', 'clusterID'), ready: ready.toSorted() };
}

/** @returns undefined, with a line in the log, when the cluster does not answer. */
export async function ifReachable<T>(work: () => Promise<T>, { log }: Pick<StepContext, 'log'>, otherwise: (why: string) => string): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isLabwrightError(error) || error.code !== 'unreachable') throw error;
    log(otherwise(error.message));
    return undefined;
  }
}
