import type { KubeObject } from '../../kube/objects.ts';
import { objectPath } from '../../kube/objects.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { IDENTITY } from '../follow-cluster.ts';
import { applyObject, openHub, type Hub } from '../hub.ts';
import { KLUSTERLET_ADDON_CONFIG, MANAGED_CLUSTER, NAMESPACE, refTo, SECRET } from '../kinds.ts';
import { conditionOf } from '../read-object.ts';
import { watchUntil, type Look } from '../watch-until.ts';
import { kubeconfigOf } from './check-spoke.ts';

/** The ManagedCluster, and in the namespace that the hub makes for it: the credentials to import it with, and its add-ons (reference/ztp.md §5.3). */
export function registerCluster(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'register-cluster',
    title: `Make ${cluster.name} known to ${cluster.hub ?? 'its hub'}`,
    limitMs: 15 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      const made = await applyObject(hub, managedCluster(cluster.name));
      await namespaceThere(hub);
      // A secret that comes after the import would bring the agent a second time.
      if (conditionOf(made, 'ManagedClusterImportSucceeded')?.status !== 'True') await applyObject(hub, autoImportSecret(cluster.name, kubeconfigOf(input)));
      await applyObject(hub, addOnConfig(cluster.name));
      return { [IDENTITY.managedCluster]: made.metadata.uid ?? '' };
    },
  };
}

async function namespaceThere({ kube, cluster, context }: Hub): Promise<void> {
  const ref = refTo(NAMESPACE, cluster.name);
  const query = { ...NAMESPACE, fieldSelector: `metadata.name=${cluster.name}` };
  await watchUntil({ kube, clock: context.clock, signal: context.signal }, [query], (seen): Look<undefined> => {
    const namespace = seen[0];
    if (namespace && namespace.metadata.deletionTimestamp === undefined) return { met: undefined };
    const [reason, message] = namespace
      ? ['Terminating', 'the namespace of an earlier life is still going']
      : ['NotFound', 'the hub makes it for the ManagedCluster'];
    context.waiting({ object: objectPath(ref), condition: 'Exists', reason, message });
    return { againMs: undefined };
  });
  context.waiting(undefined);
}

function managedCluster(name: string): KubeObject {
  return {
    ...MANAGED_CLUSTER,
    metadata: { name, labels: { name, cloud: 'auto-detect', vendor: 'auto-detect' } },
    spec: { hubAcceptsClient: true },
  };
}

function autoImportSecret(cluster: string, kubeconfig: string): KubeObject {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return {
    ...SECRET,
    metadata: { name: 'auto-import-secret', namespace: cluster },
    type: 'Opaque',
    data: { autoImportRetry: base64('2'), kubeconfig: base64(kubeconfig) },
  };
}

function addOnConfig(cluster: string): KubeObject {
  const off = { enabled: false };
  return {
    ...KLUSTERLET_ADDON_CONFIG,
    metadata: { name: cluster, namespace: cluster },
    spec: {
      clusterName: cluster,
      clusterNamespace: cluster,
      applicationManager: off,
      certPolicyController: off,
      iamPolicyController: off,
      policyController: { enabled: true },
      searchCollector: off,
    },
  };
}
