import { objectPath, type KubeObject } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step, WaitingOn } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub, type Hub } from '../hub.ts';
import { BARE_METAL_HOST, FIELD_MANAGER } from '../kinds.ts';
import { textAt } from '../read-object.ts';
import { watchUntil, type Look } from '../watch-until.ts';
import { recall, refOf, type FoundObject } from './found-objects.ts';

const DETACHED = 'baremetalhost.metal3.io/detached';
/** Deleting these never touches the machine: nothing was done to it yet. */
const UNTOUCHED = ['', 'unmanaged', 'registering'];
/** The states in which the operator lets go of a host. */
const DETACHABLE = ['available', 'provisioned', 'externally provisioned'];

/** The hub lets go of every host: one that is deleted without this is powered off (reference/ztp.md §5.2). */
export function detachHosts(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'detach-hosts',
    title: `Detach the hosts of ${cluster.name}`,
    limitMs: 15 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      const hosts = recall(context.memory, BARE_METAL_HOST);
      if (hosts.length === 0) return;
      for (const found of hosts) await askToDetach(hub, found);
      const uids = new Set(hosts.map(({ uid }) => uid));
      const { kube } = hub;
      await watchUntil({ kube, clock: context.clock, signal: context.signal }, [{ ...BARE_METAL_HOST, namespace: cluster.name }], (seen): Look<undefined> => {
        const attached = seen.filter((host) => uids.has(host.metadata.uid ?? '') && isAttached(host));
        const [first] = attached;
        if (first === undefined) return { met: undefined };
        context.progress(Math.round((100 * (hosts.length - attached.length)) / hosts.length));
        context.waiting(waitingOnHost(hub, first));
        return { againMs: undefined };
      });
      context.waiting(undefined);
    },
  };
}

/** @throws StepFailed for a host that the operator is working on: it would not listen, and be powered off when it is deleted. */
async function askToDetach(hub: Hub, found: FoundObject): Promise<void> {
  const { kube, context } = hub;
  const host = await kube.get(refOf(found), context.signal);
  if (host?.metadata.uid !== found.uid || !isAttached(host)) return;
  if (!DETACHABLE.includes(stateOf(host))) {
    throw new StepFailed('refused', waitingOnHost(hub, host), { hint: `wait until the host is provisioned, or redeploy ${hub.cluster.name}` });
  }
  if (host.metadata.annotations?.[DETACHED] !== undefined) return;
  await kube.patch(refOf(found), { metadata: { annotations: { [DETACHED]: 'labwright' } } }, { type: 'merge', fieldManager: FIELD_MANAGER }, context.signal);
}

function isAttached(host: KubeObject): boolean {
  return textAt(host, 'status', 'operationalStatus') !== 'detached' && !UNTOUCHED.includes(stateOf(host));
}

function stateOf(host: KubeObject): string {
  return textAt(host, 'status', 'provisioning', 'state');
}

function waitingOnHost({ redact }: Hub, host: KubeObject): WaitingOn {
  const reason = textAt(host, 'status', 'operationalStatus') || 'NotReported';
  const message = textAt(host, 'status', 'errorMessage') || `the host is ${stateOf(host)}, not detached`;
  return { object: objectPath(host), condition: 'operationalStatus', reason, message: redact(message) };
}
