import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { isKubeApiError } from '../../kube/kube-api-error.ts';
import { objectPath } from '../../kube/objects.ts';
import { LabwrightError } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step, StepContext } from '../../util/step.ts';
import type { Action, ActionDeps, ActionInput } from '../action.ts';
import { FIELD_MANAGER, refTo, NAMESPACE } from '../kinds.ts';
import { textAt, conditionOf } from '../read-object.ts';
import { hubReadiness, storage } from './hub-readiness.ts';
import { AGENT_SERVICE_CONFIG, CLUSTER_SERVICE_VERSION, MULTI_CLUSTER_HUB, OPERATOR_GROUP, PROVISIONING, SUBSCRIPTION } from './kinds.ts';
import { HUB_OPERATORS, type WantedOperator } from './operators.ts';

/** How a step reaches the cluster that becomes a hub. */
export type OpenCluster = (deps: ActionDeps, context: StepContext) => Promise<KubeClient>;

const MINUTE = 60_000;
const LOOK_MS = 15_000;

/** Makes an installed cluster a hub for spokes, or finds that it is one (reference/ztp.md §1.2). Each step may be run again. */
export function prepareSteps({ cluster }: ActionInput, open: OpenCluster): readonly Step<ActionDeps>[] {
  return [
    {
      id: 'check-storage',
      title: `Check that ${cluster.name} has a default StorageClass`,
      limitMs: 10 * MINUTE,
      async run(deps, context) {
        const lack = await storage(await open(deps, context), context.signal);
        if (lack !== undefined) throw new StepFailed('refused', lack, { hint: lack.hint });
      },
    },
    {
      id: 'install-operators',
      title: `Install the operators of ${cluster.name}`,
      limitMs: 45 * MINUTE,
      async run(deps, context) {
        const kube = await open(deps, context);
        for (const operator of HUB_OPERATORS) await subscribe(kube, operator, context);
        for (const operator of HUB_OPERATORS) await installed(kube, operator, context);
      },
    },
    {
      id: 'create-multiclusterhub',
      title: `Set up cluster management on ${cluster.name}`,
      limitMs: 45 * MINUTE,
      async run(deps, context) {
        const kube = await open(deps, context);
        // Who set it up by hand chose its size; what spokes need is asked for all the same.
        const found = await kube.get(MULTI_CLUSTER_HUB, context.signal).catch(() => undefined);
        const isTheirs = found !== undefined && found.metadata.managedFields?.some((one) => (one as { manager?: string }).manager === FIELD_MANAGER) !== true;
        const size = isTheirs ? {} : { availabilityConfig: cluster.nodes.length > 1 ? 'High' : 'Basic' };
        const spec = { ...size, overrides: { components: [{ name: 'siteconfig', enabled: true }] } };
        await put(kube, { ...objectAt(MULTI_CLUSTER_HUB), spec }, context);
        await until(kube, MULTI_CLUSTER_HUB, context, (object) => {
          const phase = textAt(object, 'status', 'phase');
          return phase === 'Running'
            ? undefined
            : { condition: 'phase', reason: phase || 'NotReported', message: `its phase is ${phase || 'not reported yet'}` };
        });
      },
    },
    {
      id: 'configure-provisioning',
      title: `Let ${cluster.name} provision hosts of spokes`,
      limitMs: 10 * MINUTE,
      async run(deps, context) {
        // The installer made it, for the hosts of this cluster alone.
        await put(await open(deps, context), { ...objectAt(PROVISIONING), spec: { watchAllNamespaces: true } }, context, { force: true });
      },
    },
    {
      id: 'create-agent-service-config',
      title: `Set up assisted-service on ${cluster.name}`,
      limitMs: 45 * MINUTE,
      async run(deps, context) {
        const kube = await open(deps, context);
        await put(kube, { ...objectAt(AGENT_SERVICE_CONFIG), spec: VOLUMES }, context);
        await until(kube, AGENT_SERVICE_CONFIG, context, (object) => {
          const type = ['ReconcileCompleted', 'DeploymentsHealthy'].find((one) => conditionOf(object, one)?.status !== 'True');
          if (type === undefined) return undefined;
          const condition = conditionOf(object, type);
          return { condition: type, reason: condition?.reason ?? 'NotReported', message: condition?.message ?? 'the condition is not there yet' };
        });
      },
    },
    {
      id: 'verify-hub',
      title: `Verify that ${cluster.name} can take spokes`,
      limitMs: 60 * MINUTE,
      async run(deps, context) {
        const kube = await open(deps, context);
        for (;;) {
          const [lack] = await hubReadiness(kube, context.signal);
          context.waiting(lack && { object: lack.object, condition: lack.condition, reason: lack.reason, message: lack.message });
          if (lack === undefined) return;
          await context.clock.sleep(LOOK_MS, context.signal);
        }
      },
    },
  ];
}

/** `action: prepare`: a cluster that was installed before, by its kept kubeconfig, becomes a hub. */
export const prepareHub: Action = (input) =>
  prepareSteps(input, async (deps, context) => {
    const kubeconfig = input.inputs['hub_kubeconfig'];
    if (kubeconfig === undefined) {
      throw new LabwrightError('bad_input', `the job has no kubeconfig of ${input.cluster.name}`, {
        hint: 'give the job inputs: {hub_kubeconfig: <output of the job that installs the hub>}',
      });
    }
    return deps.kube(kubeconfig, context.stepId);
  });

/** Sizes that DCI asks for (reference/ztp.md §1.2). Connected hubs take the images of their release. */
export const VOLUMES = Object.fromEntries(
  [
    ['databaseStorage', '40Gi'],
    ['filesystemStorage', '50Gi'],
    ['imageStorage', '80Gi'],
  ].map(([name, storage]) => [name, { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } }]),
);

async function subscribe(kube: KubeClient, { name, namespace, catalog, watches }: WantedOperator, context: StepContext): Promise<void> {
  await put(kube, objectAt(refTo(NAMESPACE, namespace)), context);
  if (watches !== undefined) {
    // OLM refuses a second group in one namespace: what is there stays.
    const { items } = await kube.list({ ...OPERATOR_GROUP, namespace }, context.signal);
    const spec = watches.length === 0 ? {} : { targetNamespaces: watches };
    if (items.length === 0) await put(kube, { ...objectAt(refTo(OPERATOR_GROUP, namespace, namespace)), spec }, context);
  }
  const spec = { name, source: catalog, sourceNamespace: 'openshift-marketplace', installPlanApproval: 'Automatic' };
  await put(kube, { ...objectAt(refTo(SUBSCRIPTION, name, namespace)), spec }, context);
}

/** @throws StepFailed when OLM cannot resolve the package, or its installation failed. */
async function installed(kube: KubeClient, { name, namespace, catalog }: WantedOperator, context: StepContext): Promise<void> {
  const ref = refTo(SUBSCRIPTION, name, namespace);
  await until(kube, ref, context, async (subscription) => {
    const unresolved = conditionOf(subscription, 'ResolutionFailed');
    if (unresolved?.status === 'True') {
      const on = { object: objectPath(ref), condition: 'ResolutionFailed', reason: unresolved.reason, message: unresolved.message };
      throw new StepFailed('refused', on, { hint: `see that the catalogue ${catalog} has ${name} for this release: oc get packagemanifests` });
    }
    const csv = textAt(subscription, 'status', 'installedCSV') || textAt(subscription, 'status', 'currentCSV');
    if (csv === '')
      return { condition: 'installedCSV', reason: textAt(subscription, 'status', 'state') || 'NotReported', message: 'OLM has chosen no version yet' };
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

interface Unmet {
  /** Default: the object itself. */
  readonly object?: string;
  readonly condition: string;
  readonly reason: string;
  readonly message: string;
}

async function until(
  kube: KubeClient,
  ref: Parameters<KubeClient['get']>[0],
  context: StepContext,
  look: (object: KubeObject | undefined) => Unmet | undefined | Promise<Unmet | undefined>,
): Promise<void> {
  for (;;) {
    const unmet = await look(await kube.get(ref, context.signal));
    context.waiting(unmet && { object: objectPath(ref), ...unmet });
    if (unmet === undefined) return;
    await context.clock.sleep(LOOK_MS, context.signal);
  }
}

function objectAt({ apiVersion, kind, namespace, name }: Parameters<KubeClient['get']>[0]): KubeObject {
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}

/** A kind that its operator has not brought yet is asked for again: its CSV succeeds a little earlier. */
async function put(kube: KubeClient, object: KubeObject, context: StepContext, { force = false }: { readonly force?: boolean } = {}): Promise<void> {
  for (;;) {
    try {
      await kube.apply(object, { fieldManager: FIELD_MANAGER, force }, context.signal);
      return context.waiting(undefined);
    } catch (error) {
      if (!isKubeApiError(error)) throw error;
      const on = { object: objectPath(object), condition: 'Applied', reason: error.reason ?? `HTTP ${error.status}`, message: error.message };
      if (error.status !== 404) throw new StepFailed('refused', on, { cause: error });
      context.waiting(on);
      await context.clock.sleep(LOOK_MS, context.signal);
    }
  }
}
