import { listIfServed } from '../../kube/list-if-served.ts';
import { isKubeApiError } from '../../kube/kube-api-error.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { objectPath, refOf, type KubeObject } from '../../kube/objects.ts';
import { parse } from 'yaml';
import { StepFailed } from '../../util/step-failed.ts';
import type { StepContext } from '../../util/step.ts';
import { APPLIED_MANIFEST_WORK, CUSTOM_RESOURCE_DEFINITION, FIELD_MANAGER, KLUSTERLET, NAMESPACE, refTo, SECRET } from '../kinds.ts';
import { textAt } from '../read-object.ts';

const AGENT_NAMESPACE = 'open-cluster-management-agent';
const AGENT_NAMESPACES = [AGENT_NAMESPACE, 'open-cluster-management-agent-addon'];
const DEFINITIONS = ['klusterlets.operator.open-cluster-management.io', 'appliedmanifestworks.work.open-cluster-management.io'];
const LOOK_MS = 5000;
/** A namespace that is empty of agents goes at once; this is for pods that still end. */
const GONE_MS = 10 * 60_000;

/** What an import agent has put on a cluster and would be in the way of the next import (reference/ztp.md §5.2), in the order to take it away. */
export async function findAgent(spoke: KubeClient, signal: AbortSignal): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  for (const kind of [KLUSTERLET, APPLIED_MANIFEST_WORK]) found.push(...((await listIfServed(spoke, kind, signal)) ?? []));
  for (const name of AGENT_NAMESPACES) {
    const namespace = await spoke.get(refTo(NAMESPACE, name), signal);
    if (namespace) found.push(namespace);
  }
  return found;
}

/** The API of the hub that the agent on this cluster reports to. @returns undefined when it does not say. */
export async function hubOfAgent(spoke: KubeClient, signal: AbortSignal): Promise<string | undefined> {
  const secret = await spoke.get(refTo(SECRET, 'bootstrap-hub-kubeconfig', AGENT_NAMESPACE), signal);
  return serverOf(Buffer.from(textAt(secret, 'data', 'kubeconfig'), 'base64').toString());
}

/** The server of a kubeconfig, whatever else it lacks: an agent's has no client key that we could use. */
export function serverOf(kubeconfig: string): string | undefined {
  const { clusters } = (parse(kubeconfig) ?? {}) as { readonly clusters?: readonly { readonly cluster?: { readonly server?: string } }[] };
  return clusters?.[0]?.cluster?.server;
}

/**
 * Removes what an agent left whose hub no longer knows the cluster: nobody else takes its finalizers away
 * (reference/ztp.md §5.2). Waits until all of it is gone.
 */
export async function removeAgent(spoke: KubeClient, { signal, log, waiting, clock }: StepContext): Promise<void> {
  const untilMs = clock.now() + GONE_MS;
  for (;;) {
    const left = await findAgent(spoke, signal);
    for (const object of left) await removeOne(spoke, object, signal, log);
    const [first] = await findAgent(spoke, signal);
    if (first === undefined) break;
    const on = { object: objectPath(first), condition: 'Deleted', reason: 'Deleting', message: 'the import agent is being removed from the cluster' };
    if (clock.now() >= untilMs) throw new StepFailed('timed_out', on, { hint: 'see on the cluster what holds it: its finalizers, or pods in its namespace' });
    waiting(on);
    await clock.sleep(LOOK_MS, signal);
  }
  for (const name of DEFINITIONS) await spoke.delete(refTo(CUSTOM_RESOURCE_DEFINITION, name), {}, signal);
  waiting(undefined);
}

async function removeOne(spoke: KubeClient, object: KubeObject, signal: AbortSignal, log: (line: string) => void): Promise<void> {
  const { uid, deletionTimestamp, finalizers = [] } = object.metadata;
  try {
    if (deletionTimestamp === undefined) {
      log(`delete ${objectPath(object)} on the cluster`);
      const left = await spoke.delete(refOf(object), uid === undefined ? {} : { uid }, signal);
      if (left === undefined) return;
    }
    if (object.kind === NAMESPACE.kind || finalizers.length === 0) return;
    await spoke.patch(refOf(object), { metadata: { finalizers: null } }, { type: 'merge', fieldManager: FIELD_MANAGER }, signal);
  } catch (error) {
    // Gone, or another by now: the next look shows which.
    if (!isKubeApiError(error) || (error.status !== 404 && error.status !== 409)) throw error;
  }
}
