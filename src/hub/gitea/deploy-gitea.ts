import { randomBytes } from 'node:crypto';
import { isKubeApiError } from '../../kube/kube-api-error.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { objectPath, type KubeObject } from '../../kube/objects.ts';
import { mirrored } from '../../render/mirror/mirror-plan.ts';
import { isLabwrightError, messageOf } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step, StepContext, WaitingOn } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import type { OpenCluster } from '../hub-preparation/open-cluster.ts';
import { objectAt, setUp, until } from '../hub-preparation/set-up.ts';
import { refTo, SECRET } from '../kinds.ts';
import { conditionOf, valueAt } from '../read-object.ts';
import { giteaAccess, routeHost } from './gitea-access.ts';
import { askGitea, textOf } from './gitea-client.ts';
import { ADMINISTRATOR, DEPLOYMENT, GITEA, GITEA_SECRETS, giteaDeployment, giteaGround, ROUTE } from './gitea-objects.ts';

/** A hub without a way out has a Git host of its own, when the lab file says so (`gitea: {image: …}`). None for another hub. */
export function deployGitea(input: ActionInput, hub: string, open: OpenCluster): readonly Step<ActionDeps>[] {
  const gitea = input.plan.clusters.find(({ name }) => name === hub)?.gitea;
  if (gitea === undefined) return [];
  const image = input.mirror === undefined ? gitea.image : mirrored(gitea.image, input.mirror.registry);
  return [
    {
      id: 'deploy-gitea',
      title: `Set up Gitea on ${hub}`,
      limitMs: 20 * 60_000,
      async run(deps, context) {
        const kube = await open(deps, context);
        for (const object of giteaGround(gitea.storageGiB)) await setUp(kube, object, context);
        await makeSecrets(kube, context);
        await until(context, async () =>
          (await routeHost(kube, context.signal)) === undefined
            ? waiting(objectPath(refTo(ROUTE, GITEA, GITEA)), 'Admitted', 'NotReported', 'no router has taken it yet')
            : undefined,
        );
        const access = await giteaAccess(kube, context.signal);
        await setUp(kube, giteaDeployment(image, access.host), context);
        await until(context, () => unavailable(kube, context));
        await until(context, async () => {
          const asked = { clock: deps.clock, dial: deps.dial, cause: context.stepId };
          try {
            const { status, body } = await askGitea(asked, access, 'GET', '/version', undefined, context.signal);
            if (status === 200) {
              context.log(`https://${access.host} is Gitea ${textOf(body, 'version')}`);
              return undefined;
            }
            return waiting(`https://${access.host}`, 'Serves', `HTTP ${status}`, 'its route does not lead to it yet');
          } catch (error) {
            if (!isLabwrightError(error) || context.signal.aborted) throw error;
            return waiting(`https://${access.host}`, 'Serves', error.code, messageOf(error));
          }
        });
      },
    },
  ];
}

/** Once: what was written with one key cannot be read with another. */
async function makeSecrets(kube: KubeClient, { signal }: StepContext): Promise<void> {
  const ref = refTo(SECRET, GITEA_SECRETS, GITEA);
  if ((await kube.get(ref, signal)) !== undefined) return;
  const random = (): string => randomBytes(32).toString('hex');
  const content = { username: ADMINISTRATOR, password: random(), 'secret-key': random(), 'internal-token': random() };
  const data = Object.fromEntries(Object.entries(content).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
  try {
    await kube.create({ ...objectAt(ref), type: 'Opaque', data }, {}, signal);
  } catch (error) {
    // Another job's came between.
    if (!isKubeApiError(error) || error.status !== 409) throw error;
  }
}

/** @throws StepFailed when its pod will not come up. @returns what keeps it from serving. */
async function unavailable(kube: KubeClient, { signal }: StepContext): Promise<WaitingOn | undefined> {
  const ref = refTo(DEPLOYMENT, GITEA, GITEA);
  const deployment = await kube.get(ref, signal);
  const isSeen = Number(valueAt(deployment, 'status', 'observedGeneration') ?? 0) >= (deployment?.metadata.generation ?? 1);
  const [available, progressing] = ['Available', 'Progressing'].map((type) => conditionOf(deployment, type));
  if (isSeen && available?.status === 'True') return undefined;
  const { items: pods } = await kube.list({ apiVersion: 'v1', kind: 'Pod', namespace: GITEA }, signal);
  const stuck = pods.map(stuckContainer).find((one) => one !== undefined);
  if (isSeen && progressing?.status === 'False') {
    const on = stuck ?? waiting(objectPath(ref), 'Progressing', progressing.reason, progressing.message);
    throw new StepFailed('refused', on, {
      hint: `see why: oc -n ${GITEA} describe pods; is its image in the registry? labwright mirror sync … --additional-image`,
    });
  }
  return stuck ?? waiting(objectPath(ref), 'Available', available?.reason ?? 'NotReported', available?.message ?? 'it is not available yet');
}

function stuckContainer(pod: KubeObject): WaitingOn | undefined {
  const statuses = ['initContainerStatuses', 'containerStatuses'].flatMap((key) => (valueAt(pod, 'status', key) ?? []) as readonly ContainerStatus[]);
  const state = statuses.map(({ state }) => state?.waiting).find((one) => one !== undefined && /BackOff|Err|Invalid/.test(one.reason));
  return state && waiting(objectPath(pod), 'Running', state.reason, state.message ?? '');
}

interface ContainerStatus {
  readonly state?: { readonly waiting?: { readonly reason: string; readonly message?: string } };
}

function waiting(object: string, condition: string, reason: string, message: string): WaitingOn {
  return { object, condition, reason, message };
}
