import { objectPath, type KubeObject } from '../../kube/objects.ts';
import type { LabPlan, PlannedCluster } from '../../lab/plan.ts';
import { CLUSTER_TEMPLATES, NODE_TEMPLATES, TEMPLATES_NAMESPACE } from '../../render/cluster-instance.ts';
import { isLabwrightError, messageOf } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub, type Hub } from '../hub.ts';
import { AGENT_CLUSTER_INSTALL, BARE_METAL_HOST, CLUSTER_DEPLOYMENT, CLUSTER_INSTANCE, CONFIG_MAP, MANAGED_CLUSTER, refTo } from '../kinds.ts';
import { hubReadiness } from '../hub-preparation/hub-readiness.ts';
import { textAt } from '../read-object.ts';

/** The hub answers, serves what a spoke needs, and nobody holds the cluster's name or its machines there. */
export function checkHub(input: ActionInput): Step<ActionDeps> {
  const { cluster, plan } = input;
  return {
    id: 'check-hub',
    title: `Check that ${cluster.hub ?? 'the hub'} can take ${cluster.name}`,
    limitMs: 10 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      await answers(hub);
      await readyForSpokes(hub);
      await templatesThere(hub);
      await nameFree(hub);
      await machinesFree(hub, plan, cluster);
    },
  };
}

async function answers(hub: Hub): Promise<void> {
  const failed = (code: 'unreachable' | 'refused', reason: string, message: string, cause?: unknown): StepFailed =>
    new StepFailed(
      code,
      { object: hub.name, condition: 'readyz', reason, message: hub.redact(message) },
      { hint: `see that ${hub.name} is up, and that the kubeconfig is its own`, cause },
    );
  try {
    const { status, body } = await hub.kube.raw('GET', '/readyz', undefined, hub.context.signal);
    if (status !== 200) throw failed('refused', `HTTP ${status}`, typeof body === 'string' ? body : JSON.stringify(body));
  } catch (error) {
    if (isLabwrightError(error) && error.code === 'unreachable' && !(error instanceof StepFailed))
      throw failed('unreachable', 'Unreachable', messageOf(error), error);
    throw error;
  }
}

/** @throws StepFailed for the first thing that is missing; the log names them all. */
async function readyForSpokes({ kube, name, context, redact }: Hub): Promise<void> {
  const lacks = await hubReadiness(kube, context.signal);
  const [first, ...others] = lacks;
  if (first === undefined) return;
  for (const { object, condition, message } of lacks) context.log(redact(`${name} is not ready for spokes: ${object} ${condition}: ${message}`));
  const { hint, ...on } = first;
  const more = others.length === 0 ? '' : `; it lacks more: ${others.map(({ object }) => object).join(', ')}`;
  throw new StepFailed('refused', { ...on, message: redact(on.message) }, { hint: `${hint}${more}` });
}

/** A ClusterInstance whose templates are missing never gets a condition (reference/ztp.md §3.5.8). */
async function templatesThere(hub: Hub): Promise<void> {
  for (const name of [CLUSTER_TEMPLATES, NODE_TEMPLATES]) {
    const ref = refTo(CONFIG_MAP, name, TEMPLATES_NAMESPACE);
    if (await hub.kube.get(ref, hub.context.signal)) continue;
    const on = { object: objectPath(ref), condition: 'Exists', reason: 'NotFound', message: 'the templates of the ClusterInstance are not there' };
    throw new StepFailed('refused', on, { hint: 'restart the siteconfig operator: it makes its default templates when it starts' });
  }
}

async function nameFree(hub: Hub): Promise<void> {
  const { name } = hub.cluster;
  const here = [CLUSTER_INSTANCE, AGENT_CLUSTER_INSTALL, CLUSTER_DEPLOYMENT].map((kind) => refTo(kind, name, name));
  for (const ref of [...here, refTo(MANAGED_CLUSTER, name)]) {
    const object = await hub.kube.get(ref, hub.context.signal);
    if (object) throw held(object, `${hub.name} holds ${name} already`, `detach ${name} first, or redeploy it`);
  }
  // The second of two with one clusterName silently takes the first one's objects over (§3.5.14).
  const { items } = await hub.kube.list(CLUSTER_INSTANCE, hub.context.signal);
  const other = items.find((object) => textAt(object, 'spec', 'clusterName') === name);
  if (other) throw held(other, `it makes a cluster named ${name} too`, 'give one of the two another name');
}

async function machinesFree(hub: Hub, plan: LabPlan, cluster: PlannedCluster): Promise<void> {
  const { items } = await hub.kube.list(BARE_METAL_HOST, hub.context.signal);
  for (const node of cluster.nodes) {
    const url = plan.machines.find((machine) => machine.name === node.machine)?.bmc.url;
    const holder = items.find(
      (host) =>
        textAt(host, 'spec', 'bootMACAddress').toLowerCase() === node.mac.toLowerCase() ||
        (url !== undefined && textAt(host, 'spec', 'bmc', 'address').endsWith(url)),
    );
    if (holder) throw held(holder, `it holds machine ${node.machine}`, `detach or destroy cluster ${holder.metadata.namespace ?? ''} first`);
  }
}

function held(object: KubeObject, message: string, hint: string): StepFailed {
  return new StepFailed('conflict', { object: objectPath(object), condition: 'Absent', reason: 'AlreadyExists', message }, { hint });
}
