import { isKubeApiError } from '../../kube/kube-api-error.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { objectPath, type KubeObject, type ObjectRef } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { StepContext, WaitingOn } from '../../util/step.ts';
import { FIELD_MANAGER } from '../kinds.ts';

const LOOK_MS = 15_000;

/** Looks every 15 seconds until nothing is unmet, and says meanwhile what is. */
export async function until({ clock, signal, waiting }: StepContext, look: () => Promise<WaitingOn | undefined>): Promise<void> {
  for (;;) {
    const unmet = await look();
    waiting(unmet && { object: unmet.object, condition: unmet.condition, reason: unmet.reason, message: unmet.message });
    if (unmet === undefined) return;
    await clock.sleep(LOOK_MS, signal);
  }
}

/**
 * Applies an object of a new hub. A kind that its operator has not brought yet is asked for again: its CSV succeeds a little earlier.
 *
 * @throws StepFailed for what the API server refuses otherwise.
 */
export function setUp(kube: KubeClient, object: KubeObject, context: StepContext, { force = false }: { readonly force?: boolean } = {}): Promise<void> {
  return until(context, async () => {
    try {
      await kube.apply(object, { fieldManager: FIELD_MANAGER, force }, context.signal);
      return undefined;
    } catch (error) {
      if (!isKubeApiError(error)) throw error;
      const on = { object: objectPath(object), condition: 'Applied', reason: error.reason ?? `HTTP ${error.status}`, message: error.message };
      if (error.status !== 404) throw new StepFailed('refused', on, { cause: error });
      return on;
    }
  });
}

export function objectAt({ apiVersion, kind, namespace, name }: ObjectRef): KubeObject {
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}
