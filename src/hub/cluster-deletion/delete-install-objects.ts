import type { Step } from '../../util/step.ts';
import { STEP_ANNOTATION } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub, type Hub } from '../hub.ts';
import {
  AGENT,
  AGENT_CLUSTER_INSTALL,
  BARE_METAL_HOST,
  CLUSTER_DEPLOYMENT,
  CLUSTER_INSTANCE,
  FIELD_MANAGER,
  INFRA_ENV,
  KLUSTERLET_ADDON_CONFIG,
  MANAGED_CLUSTER,
  NMSTATE_CONFIG,
} from '../kinds.ts';
import { deleteAndWait } from './delete-and-wait.ts';
import { recall, refOf } from './found-objects.ts';

/** Deletion order of what a ClusterInstance renders: the reverse of its waves (reference/ztp.md §3.3). Agents go with their cluster. */
const WAVES = [[BARE_METAL_HOST], [MANAGED_CLUSTER, KLUSTERLET_ADDON_CONFIG], [AGENT_CLUSTER_INSTALL, CLUSTER_DEPLOYMENT, INFRA_ENV, NMSTATE_CONFIG], [AGENT]];

/** The ClusterInstance, everything it rendered, and whatever of it was left without one: all gone by UID. */
export function deleteInstallObjects(input: ActionInput): Step<ActionDeps> {
  return {
    id: 'delete-install-objects',
    title: `Delete the installation of ${input.cluster.name}`,
    limitMs: 30 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      await nameStep(hub);
      const all = recall(context.memory, CLUSTER_INSTANCE, ...WAVES.flat());
      await deleteAndWait(hub, recall(context.memory, CLUSTER_INSTANCE), all);
      for (const [index, kinds] of WAVES.entries()) {
        await deleteAndWait(hub, recall(context.memory, ...kinds));
        context.progress((100 * (index + 1)) / WAVES.length);
      }
    },
  };
}

/** A host that was not detached is powered off when it goes: the power log then names this step. */
async function nameStep({ kube, context }: Hub): Promise<void> {
  for (const found of recall(context.memory, BARE_METAL_HOST)) {
    const host = await kube.get(refOf(found), context.signal);
    if (host?.metadata.uid !== found.uid || host.metadata.deletionTimestamp !== undefined) continue;
    if (host.metadata.annotations?.[STEP_ANNOTATION] === context.stepId) continue;
    await kube.patch(
      refOf(found),
      { metadata: { annotations: { [STEP_ANNOTATION]: context.stepId } } },
      { type: 'merge', fieldManager: FIELD_MANAGER },
      context.signal,
    );
  }
}
