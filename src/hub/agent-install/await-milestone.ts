import type { PlannedNode } from '../../lab/plan.ts';
import { LabwrightError } from '../../util/errors.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { MET, reach, type Milestone } from '../cluster-install/milestone.ts';
import { newCluster, readyz } from '../cluster-install/new-cluster.ts';
import { askAssisted } from './assisted-service.ts';
import { bootstrapOver, disksWritten, hostsRegistered, rendezvousUp } from './milestones.ts';

const MINUTE = 60_000;

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

export function awaitBootstrap(input: ActionInput): Step<ActionDeps> {
  const rendezvous = rendezvousOf(input);
  const step = { id: 'await-bootstrap', title: `Wait until ${rendezvous.name} has joined ${input.cluster.name}`, limitMs: 60 * MINUTE, alsoMetByApi: false };
  return milestone(input, step, async (deps, signal) => bootstrapOver(rendezvous, await askAssisted(deps, addressOf(rendezvous), signal)));
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
      await reach(context, async () => {
        const now = await look(deps, context.signal);
        const later = now.status === 'waiting' && now.silent && alsoMetByApi && (await readyz(kube, context.signal)) === undefined;
        return later ? MET : now;
      });
    },
  };
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
