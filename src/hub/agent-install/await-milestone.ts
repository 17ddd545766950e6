import { readFile } from 'node:fs/promises';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { PlannedNode } from '../../lab/plan.ts';
import { isLabwrightError, LabwrightError } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step, StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { agentFiles } from './agent-files.ts';
import { askAssisted } from './assisted-service.ts';
import { bootstrapOver, disksWritten, hostsRegistered, rendezvousUp, type Milestone } from './milestones.ts';

const MINUTE = 60_000;
/** Nothing can be watched before there is an API. */
const LOOK_MS = 20_000;

/** The milestones of an agent-based installation, their evidence and their budget (reference/lab-and-libvirt.md §7.3). */
export function awaitRendezvous(input: ActionInput): Step<ActionDeps> {
  const rendezvous = rendezvousOf(input);
  return milestone(input, { id: 'await-rendezvous', title: `Wait for the agent of ${rendezvous.name}`, limitMs: 20 * MINUTE }, async (deps, signal) =>
    rendezvousUp(rendezvous, await askAssisted(deps, addressOf(rendezvous), signal)),
  );
}

export function awaitHosts(input: ActionInput): Step<ActionDeps> {
  const rendezvous = rendezvousOf(input);
  return milestone(
    input,
    { id: 'await-hosts', title: `Wait until all hosts of ${input.cluster.name} have registered`, limitMs: 30 * MINUTE },
    async (deps, signal) => hostsRegistered(input.cluster, await askAssisted(deps, addressOf(rendezvous), signal)),
  );
}

export function awaitDisks(input: ActionInput): Step<ActionDeps> {
  const rendezvous = rendezvousOf(input);
  return milestone(
    input,
    { id: 'await-disks', title: `Wait until the hosts of ${input.cluster.name} have written their disks`, limitMs: 90 * MINUTE },
    async (deps, signal) => disksWritten(input.cluster, rendezvous, await askAssisted(deps, addressOf(rendezvous), signal)),
  );
}

export function awaitApi(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  const object = `api.${cluster.name}.${cluster.baseDomain}`;
  return {
    id: 'await-api',
    title: `Wait for the API of ${cluster.name}`,
    limitMs: 120 * MINUTE,
    async run(deps, context) {
      const kube = await newCluster(input, deps, context);
      for (;;) {
        const ready = await readyz(kube, context.signal);
        if (ready === undefined) return context.waiting(undefined);
        context.waiting({ object, condition: 'readyz', ...ready });
        await context.clock.sleep(LOOK_MS, context.signal);
      }
    },
  };
}

export function awaitBootstrap(input: ActionInput): Step<ActionDeps> {
  const rendezvous = rendezvousOf(input);
  const step = { id: 'await-bootstrap', title: `Wait until ${rendezvous.name} has joined ${input.cluster.name}`, limitMs: 60 * MINUTE, alsoMetByApi: false };
  return milestone(input, step, async (deps, signal) => bootstrapOver(rendezvous, await askAssisted(deps, addressOf(rendezvous), signal)));
}

/** A client of the cluster that is being installed: its kubeconfig was made with the image. */
export async function newCluster(input: ActionInput, deps: ActionDeps, context: StepContext): Promise<KubeClient> {
  return deps.kube(await deps.clock.during(readFile(agentFiles(deps, input).kubeconfig, 'utf8')), context.stepId);
}

type Look = (deps: ActionDeps, signal: AbortSignal) => Promise<Milestone>;

interface MilestoneStep extends Pick<Step<ActionDeps>, 'id' | 'title' | 'limitMs'> {
  /** Whoever looks late finds the rendezvous host gone and the API there: that is as good. Default true. */
  readonly alsoMetByApi?: boolean;
}

function milestone(input: ActionInput, { alsoMetByApi = true, ...step }: MilestoneStep, look: Look): Step<ActionDeps> {
  return {
    ...step,
    async run(deps, context) {
      const kube = await newCluster(input, deps, context);
      for (;;) {
        const now = await look(deps, context.signal);
        if (now.status === 'refused') throw new StepFailed('refused', now.on, { hint: now.hint });
        const later = now.status === 'waiting' && now.silent && alsoMetByApi && (await readyz(kube, context.signal)) === undefined;
        if (now.status === 'met' || later) return context.waiting(undefined);
        context.waiting(now.on);
        if (now.percent !== undefined) context.progress(now.percent);
        await context.clock.sleep(LOOK_MS, context.signal);
      }
    },
  };
}

/** @returns undefined when the API is ready. */
async function readyz(kube: KubeClient, signal: AbortSignal): Promise<{ readonly reason: string; readonly message: string } | undefined> {
  try {
    const { status, body } = await kube.raw('GET', '/readyz', undefined, signal);
    return status === 200 ? undefined : { reason: `HTTP ${status}`, message: typeof body === 'string' ? body : JSON.stringify(body) };
  } catch (error) {
    signal.throwIfAborted();
    if (!isLabwrightError(error)) throw error;
    return { reason: error.code, message: error.message };
  }
}

function rendezvousOf({ cluster }: ActionInput): PlannedNode {
  const node = cluster.nodes.find(({ role }) => role === 'master');
  if (!node) throw new LabwrightError('bad_input', `${cluster.name} has no master`, { hint: 'plan at least one' });
  return node;
}

function addressOf({ name, addresses }: PlannedNode): string {
  const [address] = addresses;
  if (address === undefined) throw new LabwrightError('bad_input', `${name} has no address`);
  return address;
}
