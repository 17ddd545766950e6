import { objectPath, type Condition, type KubeObject } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step, WaitingOn } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { USABLE } from '../cluster-instance/import-cluster.ts';
import { IDENTITY, waitingFor } from '../follow-cluster.ts';
import { openHub } from '../hub.ts';
import { MANAGED_CLUSTER, MANAGED_CLUSTER_ADD_ON, MANIFEST_WORK, refTo } from '../kinds.ts';
import { conditionOf } from '../read-object.ts';
import { watchUntil, type Look } from '../watch-until.ts';

/** A hub tries a failed import again by itself; an API server that restarts is back by then. */
const IMPORT_FAILED_MS = 3 * 60_000;
/** What an import adds to the conditions of a usable cluster before it is called done (reference/ztp.md §5.3). */
const ATTACHED = [...USABLE, 'ManagedClusterConditionClockSynced'];

/**
 * The hub manages the cluster: imported, joined, available, its clock in step, every work applied, every add-on available.
 * Detached before its works are applied it would keep its agent (reference/ztp.md §5.3).
 */
export function followImport(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'follow-import',
    title: `Import ${cluster.name}`,
    limitMs: 30 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      const { kube } = hub;
      const { name } = cluster;
      const queries = [
        { ...MANAGED_CLUSTER, fieldSelector: `metadata.name=${name}` },
        { ...MANIFEST_WORK, namespace: name },
        { ...MANAGED_CLUSTER_ADD_ON, namespace: name },
      ];
      let failedSinceMs: number | undefined;
      await watchUntil({ kube, clock: context.clock, signal: context.signal }, queries, (seen): Look<undefined> => {
        const managed = seen.find(({ kind }) => kind === MANAGED_CLUSTER.kind);
        sameCluster(managed, name, context.memory[IDENTITY.managedCluster]);
        const importing = conditionOf(managed, 'ManagedClusterImportSucceeded');
        if (importing?.reason !== 'ManagedClusterImportFailed') failedSinceMs = undefined;
        else {
          const on = { ...onCondition(name, importing), message: hub.redact(importing.message) };
          context.waiting(on);
          const leftMs = (failedSinceMs ??= context.clock.now()) + IMPORT_FAILED_MS - context.clock.now();
          if (leftMs > 0) return { againMs: leftMs };
          throw new StepFailed('refused', on, { hint: hintFor(importing.message, name) });
        }
        const left = missing(name, managed, seen);
        if (left === undefined) return { met: undefined };
        context.waiting({ ...left.on, message: hub.redact(left.on.message) });
        context.progress(left.percent);
        return { againMs: undefined };
      });
      context.waiting(undefined);
    },
  };
}

function missing(
  cluster: string,
  managed: KubeObject | undefined,
  seen: readonly KubeObject[],
): { readonly on: WaitingOn; readonly percent: number } | undefined {
  const path = objectPath(refTo(MANAGED_CLUSTER, cluster));
  const index = ATTACHED.findIndex((type) => conditionOf(managed, type)?.status !== 'True');
  if (index >= 0) return { on: waitingFor(managed, path, ATTACHED[index]!), percent: Math.floor((80 * index) / ATTACHED.length) };
  const works = seen.filter(({ kind }) => kind === MANIFEST_WORK.kind);
  const work = works.find((one) => conditionOf(one, 'Applied')?.status !== 'True');
  if (work) return { on: waitingFor(work, objectPath(work), 'Applied'), percent: 80 };
  const addOns = seen.filter(({ kind }) => kind === MANAGED_CLUSTER_ADD_ON.kind);
  if (addOns.length === 0) return { on: waitingFor(undefined, objectPath(refTo(MANAGED_CLUSTER_ADD_ON, 'work-manager', cluster)), 'Available'), percent: 85 };
  const addOn = addOns.find((one) => conditionOf(one, 'Available')?.status !== 'True');
  return addOn && { on: waitingFor(addOn, objectPath(addOn), 'Available'), percent: 90 };
}

function sameCluster(managed: KubeObject | undefined, name: string, uid: unknown): void {
  if (managed?.metadata.uid === uid && managed?.metadata.deletionTimestamp === undefined) return;
  const reason = managed === undefined ? 'Deleted' : managed.metadata.uid === uid ? 'Deleting' : 'Replaced';
  const on = { object: objectPath(refTo(MANAGED_CLUSTER, name)), condition: 'UID', reason, message: `this job follows the one with UID ${String(uid)}` };
  throw new StepFailed('conflict', on, { hint: `see who writes to ${name} on this hub, then attach it again` });
}

function onCondition(cluster: string, { type, reason, message }: Condition): WaitingOn {
  return { object: objectPath(refTo(MANAGED_CLUSTER, cluster)), condition: type, reason, message };
}

function hintFor(message: string, cluster: string): string {
  if (/already exists/.test(message)) return `an agent of an earlier import came back to ${cluster}: attach it again, which removes what is left of it`;
  return `see that the hub reaches the API of ${cluster}, and that the kubeconfig is still good: oc --kubeconfig <it> get clusterversion`;
}
