import type { KubeClient } from '../../kube/kube-client.ts';
import { objectPath } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { StepContext } from '../../util/step.ts';
import { NAMESPACE, refTo } from '../kinds.ts';
import { conditionOf, textAt } from '../read-object.ts';
import { CLUSTER_SERVICE_VERSION, OPERATOR_GROUP, SUBSCRIPTION } from './kinds.ts';
import type { WantedOperator } from './operators.ts';
import { objectAt, setUp, until } from './set-up.ts';

/** Asks OLM for an operator, in a namespace of its own where it wants one. */
export async function subscribe(kube: KubeClient, { name, namespace, catalog, watches }: WantedOperator, context: StepContext): Promise<void> {
  await setUp(kube, objectAt(refTo(NAMESPACE, namespace)), context);
  if (watches !== undefined) {
    // OLM refuses a second group in one namespace: what is there stays.
    const { items } = await kube.list({ ...OPERATOR_GROUP, namespace }, context.signal);
    const spec = watches.length === 0 ? {} : { targetNamespaces: watches };
    if (items.length === 0) await setUp(kube, { ...objectAt(refTo(OPERATOR_GROUP, namespace, namespace)), spec }, context);
  }
  const spec = { name, source: catalog, sourceNamespace: 'openshift-marketplace', installPlanApproval: 'Automatic' };
  await setUp(kube, { ...objectAt(refTo(SUBSCRIPTION, name, namespace)), spec }, context);
}

/** Waits until it is installed. @throws StepFailed when OLM cannot resolve the package, or its installation failed. */
export async function awaitOperator(kube: KubeClient, { name, namespace, catalog }: WantedOperator, context: StepContext): Promise<void> {
  const ref = refTo(SUBSCRIPTION, name, namespace);
  await until(context, async () => {
    const subscription = await kube.get(ref, context.signal);
    const unresolved = conditionOf(subscription, 'ResolutionFailed');
    if (unresolved?.status === 'True') {
      const on = { object: objectPath(ref), condition: 'ResolutionFailed', reason: unresolved.reason, message: unresolved.message };
      throw new StepFailed('refused', on, { hint: `see that the catalogue ${catalog} has ${name} for this release: oc get packagemanifests` });
    }
    const csv = textAt(subscription, 'status', 'installedCSV') || textAt(subscription, 'status', 'currentCSV');
    if (csv === '')
      return {
        object: objectPath(ref),
        condition: 'installedCSV',
        reason: textAt(subscription, 'status', 'state') || 'NotReported',
        message: 'OLM has chosen no version yet',
      };
    const version = refTo(CLUSTER_SERVICE_VERSION, csv, namespace);
    const object = await kube.get(version, context.signal);
    const [phase, reason, message] = ['phase', 'reason', 'message'].map((key) => textAt(object, 'status', key));
    if (phase === 'Failed') {
      const on = { object: objectPath(version), condition: 'phase', reason: reason || 'Failed', message: message ?? '' };
      throw new StepFailed('refused', on, { hint: `see the pods of ${namespace}` });
    }
    if (phase === 'Succeeded') return undefined;
    return { object: objectPath(version), condition: 'phase', reason: phase || 'NotReported', message: message || `${csv} is not installed yet` };
  });
}
