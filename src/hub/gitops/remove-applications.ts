import { undefinedIfUnserved } from '../../kube/list-if-served.ts';
import { objectPath, refOf, type KubeObject } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub, type Hub } from '../hub.ts';
import { FIELD_MANAGER, refTo } from '../kinds.ts';
import { valueAt } from '../read-object.ts';
import { watchUntil, type Look } from '../watch-until.ts';
import { clusterApplications, isOurs } from './cluster-applications.ts';
import { APPLICATION, applicationName, APP_PROJECT, ARGO_NAMESPACE } from './kinds.ts';

const CASCADE = 'resources-finalizer.argocd.argoproj.io/background';

/**
 * No Application makes the cluster any more: one that healed itself would install it again the moment its objects are deleted
 * (reference/ztp.md §5.2, §5.5). Does nothing for a cluster that did not come from Git.
 *
 * The Application of the policies takes them along. That of the ClusterInstance leaves it: the steps after this one delete what
 * it made in an order that keeps machines running.
 *
 * @throws StepFailed `conflict` when an automated Application that is not ours makes the cluster.
 */
export function removeApplications(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'remove-applications',
    title: `Take ${cluster.name} out of Argo CD`,
    limitMs: 20 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      const found = await clusterApplications(hub);
      const foreign = found.find((app) => !isOurs(app, cluster.name) && valueAt(app, 'spec', 'syncPolicy', 'automated') !== undefined);
      if (foreign) {
        const message = `it makes ${cluster.name} and is automated: what is deleted here would be made again, and the cluster installed anew`;
        throw new StepFailed(
          'conflict',
          { object: objectPath(foreign), condition: 'Absent', reason: 'Automated', message },
          { hint: `take ${cluster.name} out of its Git folder, or end its automated sync, and start the job again` },
        );
      }
      const ours = found.filter((app) => isOurs(app, cluster.name));
      for (const app of ours) await remove(hub, app, await takesAlong(hub, app));
      for (const part of ['sites', 'policies'] as const)
        await hub.kube.delete(refTo(APP_PROJECT, applicationName(cluster.name, part), ARGO_NAMESPACE), {}, context.signal).catch(undefinedIfUnserved);
      if (ours.length > 0) context.log(`removed ${ours.map(objectPath).join(', ')}`);
    },
  };
}

/** Whether an Application's objects go with it: the policies', unless another Application has one of them too, as a common namespace. */
async function takesAlong({ kube, cluster, context }: Hub, app: KubeObject): Promise<boolean> {
  if (app.metadata.name !== applicationName(cluster.name, 'policies')) return false;
  const own = new Set(resourcesOf(app));
  const { items } = await kube.list({ ...APPLICATION, namespace: ARGO_NAMESPACE }, context.signal);
  for (const other of items.filter(({ metadata }) => metadata.uid !== app.metadata.uid)) {
    const shared = resourcesOf(other).find((one) => own.has(one));
    if (shared === undefined) continue;
    context.log(`the policies of ${cluster.name} stay on ${cluster.hub ?? 'the hub'}: ${objectPath(other)} has ${shared} too`);
    return false;
  }
  return true;
}

function resourcesOf(app: KubeObject): readonly string[] {
  const resources = (valueAt(app, 'status', 'resources') ?? []) as readonly { readonly kind: string; readonly namespace?: string; readonly name: string }[];
  return resources.map(({ kind, namespace, name }) => objectPath({ apiVersion: '', kind, name, ...(namespace !== undefined && { namespace }) }));
}

async function remove({ kube, context }: Hub, app: KubeObject, cascades: boolean): Promise<void> {
  const ref = refOf(app);
  if (app.metadata.deletionTimestamp === undefined) {
    const finalizers = cascades ? [CASCADE] : [];
    await kube.patch(ref, { metadata: { finalizers } }, { type: 'merge', fieldManager: FIELD_MANAGER }, context.signal);
    await kube.delete(ref, { uid: app.metadata.uid! }, context.signal);
  }
  const query = { ...APPLICATION, namespace: ARGO_NAMESPACE, fieldSelector: `metadata.name=${app.metadata.name}` };
  await watchUntil({ kube, clock: context.clock, signal: context.signal }, [query], (seen): Look<undefined> => {
    const left = seen.find(({ metadata }) => metadata.uid === app.metadata.uid);
    if (left === undefined) return { met: undefined };
    const conditions = (valueAt(left, 'status', 'conditions') ?? []) as readonly { readonly type: string; readonly message: string }[];
    const failed = conditions.find(({ type }) => type === 'DeletionError');
    const message = failed?.message ?? `waits for its finalizers: ${(left.metadata.finalizers ?? []).join(', ')}`;
    context.waiting({ object: objectPath(left), condition: failed?.type ?? 'Deleted', reason: 'FinalizersRemaining', message });
    return { againMs: undefined };
  });
  context.waiting(undefined);
}
