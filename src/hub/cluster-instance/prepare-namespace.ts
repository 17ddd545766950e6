import { objectPath, type KubeObject } from '../../kube/objects.ts';
import { bmcSecretName, PULL_SECRET } from '../../render/cluster-instance.ts';
import type { PlannedNode } from '../../lab/plan.ts';
import type { Step, StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { applyObject, openHub, type Hub } from '../hub.ts';
import { NAMESPACE, refTo, SECRET } from '../kinds.ts';
import { conditionsOf } from '../read-object.ts';
import { watchUntil } from '../watch-until.ts';

/** What a ClusterInstance calls its Secrets. */
export type SecretNames = (
  input: ActionInput,
  deps: ActionDeps,
  context: StepContext,
) => Promise<{ readonly pullSecret: string; readonly bmcSecret: (node: PlannedNode) => string }>;

const ourNames: SecretNames = () => Promise.resolve({ pullSecret: PULL_SECRET, bmcSecret: bmcSecretName });

/**
 * The cluster's namespace with its pull secret and the BMC secrets: all there before the ClusterInstance that refers to
 * them, because the operator looks again only after ever longer pauses (reference/ztp.md §3.4).
 */
export function prepareNamespace(input: ActionInput, namesOf: SecretNames = ourNames): Step<ActionDeps> {
  const { cluster, plan } = input;
  return {
    id: 'prepare-namespace',
    title: `Put the secrets of ${cluster.name} on the hub`,
    limitMs: 15 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      const names = await namesOf(input, deps, context);
      await oldNamespaceGone(hub);
      const namespace = await applyObject(hub, { ...NAMESPACE, metadata: { name: cluster.name } });
      await applyObject(hub, secret(cluster.name, names.pullSecret, 'kubernetes.io/dockerconfigjson', { '.dockerconfigjson': input.pullSecret }));
      for (const node of cluster.nodes) {
        const machine = plan.machines.find((candidate) => candidate.name === node.machine);
        if (machine) await applyObject(hub, secret(cluster.name, names.bmcSecret(node), 'Opaque', { ...deps.bmcCredentials(machine) }));
      }
      return { namespaceUid: namespace.metadata.uid ?? null };
    },
  };
}

function secret(namespace: string, name: string, type: string, content: Readonly<Record<string, string>>): KubeObject {
  const data = Object.fromEntries(Object.entries(content).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
  return { ...SECRET, metadata: { name, namespace }, type, data };
}

/** Nothing can be created in a namespace that is still being deleted. */
async function oldNamespaceGone({ kube, cluster, context, redact }: Hub): Promise<void> {
  const path = objectPath(refTo(NAMESPACE, cluster.name));
  const query = { ...NAMESPACE, fieldSelector: `metadata.name=${cluster.name}` };
  await watchUntil({ kube, clock: context.clock, signal: context.signal }, [query], ([namespace]) => {
    if (namespace?.metadata.deletionTimestamp === undefined) return { met: undefined };
    const blocking = conditionsOf(namespace).find(({ type, status }) => type.endsWith('Remaining') && status === 'True');
    context.waiting({
      object: path,
      condition: blocking?.type ?? 'Terminating',
      reason: blocking?.reason ?? 'Terminating',
      message: redact(blocking?.message ?? 'the namespace of the last installation is still being deleted'),
    });
    return { againMs: undefined };
  });
  context.waiting(undefined);
}
