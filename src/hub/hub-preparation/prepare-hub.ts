import { undefinedIfUnserved } from '../../kube/list-if-served.ts';
import { LabwrightError } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { Action, ActionDeps, ActionInput } from '../action.ts';
import { deployGitea } from '../gitea/deploy-gitea.ts';
import { FIELD_MANAGER } from '../kinds.ts';
import { assisted, hubReadiness, management, storage } from './hub-readiness.ts';
import { awaitOperator, subscribe } from './install-operator.ts';
import { AGENT_SERVICE_CONFIG, MULTI_CLUSTER_HUB, PROVISIONING } from './kinds.ts';
import { HUB_OPERATORS } from './operators.ts';
import type { OpenCluster } from './open-cluster.ts';
import { objectAt, setUp, until } from './set-up.ts';

const MINUTE = 60_000;

/** Makes an installed cluster a hub for spokes, or finds that it is one (reference/ztp.md §1.2). Each step may be run again. */
export function prepareSteps(input: ActionInput, open: OpenCluster): readonly Step<ActionDeps>[] {
  const { cluster } = input;
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
        for (const operator of HUB_OPERATORS) await awaitOperator(kube, operator, context);
      },
    },
    {
      id: 'create-multiclusterhub',
      title: `Set up cluster management on ${cluster.name}`,
      limitMs: 45 * MINUTE,
      async run(deps, context) {
        const kube = await open(deps, context);
        // Who set it up by hand chose its size; what spokes need is asked for all the same.
        const found = await kube.get(MULTI_CLUSTER_HUB, context.signal).catch(undefinedIfUnserved);
        const isTheirs = found !== undefined && found.metadata.managedFields?.some((one) => (one as { manager?: string }).manager === FIELD_MANAGER) !== true;
        const size = isTheirs ? {} : { availabilityConfig: cluster.nodes.length > 1 ? 'High' : 'Basic' };
        const spec = { ...size, overrides: { components: [{ name: 'siteconfig', enabled: true }] } };
        await setUp(kube, { ...objectAt(MULTI_CLUSTER_HUB), spec }, context);
        await until(context, () => management(kube, context.signal));
      },
    },
    {
      id: 'configure-provisioning',
      title: `Let ${cluster.name} provision hosts of spokes`,
      limitMs: 10 * MINUTE,
      async run(deps, context) {
        // The installer made it, for the hosts of this cluster alone.
        await setUp(await open(deps, context), { ...objectAt(PROVISIONING), spec: { watchAllNamespaces: true } }, context, { force: true });
      },
    },
    {
      id: 'create-agent-service-config',
      title: `Set up assisted-service on ${cluster.name}`,
      limitMs: 45 * MINUTE,
      async run(deps, context) {
        const kube = await open(deps, context);
        await setUp(kube, { ...objectAt(AGENT_SERVICE_CONFIG), spec: VOLUMES }, context);
        await until(context, () => assisted(kube, context.signal));
      },
    },
    ...deployGitea(input, cluster.name, open),
    {
      id: 'verify-hub',
      title: `Verify that ${cluster.name} can take spokes`,
      limitMs: 60 * MINUTE,
      async run(deps, context) {
        const kube = await open(deps, context);
        await until(context, async () => (await hubReadiness(kube, context.signal))[0]);
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
