import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { textAt, valueAt } from '../../../hub/read-object.ts';
import { withConditions } from '../conditions.ts';
import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { jitterMs } from '../jitter.ts';

const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment' } as const;
const ROUTE = { apiVersion: 'route.openshift.io/v1', kind: 'Route' } as const;
const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;
/** As a Deployment has it that does not say: `spec.progressDeadlineSeconds`. */
const DEADLINE_MS = 600_000;

/** What a Deployment takes from the world. */
type WorkloadDeps = Pick<HubDeps, 'kube' | 'clock' | 'seed' | 'pull'> & Required<Pick<HubDeps, 'router'>>;

type Verdict = Omit<Condition, 'lastTransitionTime'>;

/** Deployments become available once their images can be pulled, without pods; of the programs in them only Gitea is played. */
export function deploymentController({ kube, clock, seed, pull, router }: WorkloadDeps): Controller {
  return {
    name: 'apps/deployments',
    watches: [{ kind: DEPLOYMENT }],
    async reconcile({ name, namespace }, signal) {
      const deployment = await kube.get({ ...DEPLOYMENT, name, namespace: namespace! }, signal);
      if (deployment === undefined) return undefined;
      const { generation } = deployment.metadata;
      const before = deployment['status'] as { readonly conditions?: readonly Condition[]; readonly observedGeneration?: number } | undefined;
      const isAvailable = before?.observedGeneration === generation && before?.conditions?.some((one) => one.type === 'Available' && one.status === 'True');
      if (isAvailable) return undefined;
      const sinceMs = clock.now() - Date.parse(deployment.metadata.creationTimestamp!);
      const dueMs = jitterMs(seed, `Deployment/${namespace}/${name}`, 'available', 20_000, 60_000);
      const unpullable = images(deployment)
        .map((image) => pull?.(image))
        .find((one) => one !== undefined);
      const ready = unpullable === undefined && sinceMs >= dueMs;
      const gitea = ready ? await giteaLogin(deployment) : undefined;
      if (gitea) await router.playGitea(gitea);
      const verdicts = conditionsOf(name, ready, unpullable, sinceMs);
      const conditions = withConditions(before?.conditions, verdicts, clock.now());
      const status = { ...before, observedGeneration: generation, replicas: 1, ...(ready && { readyReplicas: 1, availableReplicas: 1 }), conditions };
      if (conditions !== before?.conditions || before?.observedGeneration !== generation)
        await kube.update({ ...deployment, status }, { subresource: 'status' }, signal);
      if (ready) return undefined;
      if (unpullable !== undefined) return sinceMs < DEADLINE_MS ? { afterMs: 60_000 } : { afterMs: 300_000, idle: true };
      return { afterMs: dueMs - sinceMs };
    },
  };

  /** Of the Route to the Service of its name. */
  async function hostOf({ metadata: { name, namespace } }: KubeObject): Promise<string | undefined> {
    const { items } = await kube.list({ ...ROUTE, namespace: namespace! });
    const route = items.find((one) => textAt(one, 'spec', 'to', 'name') === name);
    return ((valueAt(route, 'status', 'ingress') ?? []) as readonly { readonly host?: string }[])[0]?.host;
  }

  /** Of a Deployment of Gitea: whom its first container makes its administrator. */
  async function giteaLogin(deployment: KubeObject): Promise<Parameters<WorkloadDeps['router']['playGitea']>[0] | undefined> {
    if (!images(deployment).some((image) => /\/(?:gitea|forgejo)@/.test(image))) return undefined;
    const [first] = containers(deployment, 'initContainers');
    const valueOf = async (name: string): Promise<string | undefined> => {
      const source = first?.env?.find((one) => one.name === name)?.valueFrom?.secretKeyRef;
      const secret = source && (await kube.get({ ...SECRET, name: source.name, namespace: deployment.metadata.namespace! }));
      const data = (secret?.['data'] ?? {}) as Readonly<Record<string, string>>;
      return source && Buffer.from(data[source.key] ?? '', 'base64').toString();
    };
    const [username, password, host] = [await valueOf('GITEA_ADMIN_USERNAME'), await valueOf('GITEA_ADMIN_PASSWORD'), await hostOf(deployment)];
    return username === undefined || password === undefined || host === undefined ? undefined : { host, username, password };
  }
}

interface Container {
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } } }[];
}

function containers(deployment: KubeObject, key: 'initContainers' | 'containers'): readonly Container[] {
  return (valueAt(deployment, 'spec', 'template', 'spec', key) ?? []) as readonly Container[];
}

function images(deployment: KubeObject): readonly string[] {
  return (['initContainers', 'containers'] as const).flatMap((key) => containers(deployment, key).map(({ image }) => image));
}

function conditionsOf(name: string, ready: boolean, unpullable: string | undefined, sinceMs: number): readonly Verdict[] {
  const late = unpullable !== undefined && sinceMs >= DEADLINE_MS;
  return [
    ready
      ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
      : { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: unpullable ?? 'Deployment does not have minimum availability.' },
    late
      ? {
          type: 'Progressing',
          status: 'False',
          reason: 'ProgressDeadlineExceeded',
          message: `ReplicaSet of "${name}" has timed out progressing: ${unpullable}`,
        }
      : {
          type: 'Progressing',
          status: 'True',
          reason: ready ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
          message: `ReplicaSet of "${name}" is progressing.`,
        },
  ];
}
