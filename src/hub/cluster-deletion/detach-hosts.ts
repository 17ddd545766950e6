import { objectPath } from '../../kube/objects.ts';
import type { Step } from '../../util/step.ts';
import { STEP_ANNOTATION } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub } from '../hub.ts';
import { BARE_METAL_HOST, FIELD_MANAGER } from '../kinds.ts';
import { textAt } from '../read-object.ts';
import { watchUntil } from '../watch-until.ts';
import { recall, refOf } from './found-objects.ts';

export const DETACHED = 'baremetalhost.metal3.io/detached';

/** The hub lets go of every host: one that is deleted without this is powered off (reference/ztp.md §5.2). */
export function detachHosts(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'detach-hosts',
    title: `Detach the hosts of ${cluster.name}`,
    limitMs: 15 * 60_000,
    async run(deps, context) {
      const { kube } = openHub(input, deps, context);
      const hosts = recall(context.memory, BARE_METAL_HOST);
      for (const found of hosts) {
        const host = await kube.get(refOf(found), context.signal);
        if (host?.metadata.uid !== found.uid) continue;
        const detached = host.metadata.annotations?.[DETACHED] ?? 'labwright';
        await kube.patch(
          refOf(found),
          { metadata: { annotations: { [DETACHED]: detached, [STEP_ANNOTATION]: context.stepId } } },
          { type: 'merge', fieldManager: FIELD_MANAGER },
          context.signal,
        );
      }
      if (hosts.length === 0) return;
      const uids = new Set(hosts.map(({ uid }) => uid));
      await watchUntil({ kube, clock: context.clock, signal: context.signal }, [{ ...BARE_METAL_HOST, namespace: cluster.name }], (seen) => {
        const ours = seen.filter(({ metadata: { uid = '' } }) => uids.has(uid));
        const attached = ours.filter((host) => textAt(host, 'status', 'operationalStatus') !== 'detached');
        const [first] = attached;
        if (first === undefined) return { met: undefined };
        const status = textAt(first, 'status', 'operationalStatus');
        context.progress(Math.round((100 * (ours.length - attached.length)) / ours.length));
        context.waiting({
          object: objectPath(first),
          condition: 'operationalStatus',
          reason: status || 'NotReported',
          message: textAt(first, 'status', 'errorMessage') || `the host is not detached yet, in state ${textAt(first, 'status', 'provisioning', 'state')}`,
        });
        return { againMs: undefined };
      });
      context.waiting(undefined);
    },
  };
}
