import { isKubeApiError } from '../../../kube/kube-api-error.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import type { Difference } from '../difference.ts';
import type { HubHarness } from '../start-hub.ts';
import type { TimelineEntry } from '../timeline.ts';
import { concrete } from './placeholders.ts';
import type { HostsWorld } from './recorded-hosts-world.ts';

/** The `change` of entries of kind Test. */
export interface TestAction {
  readonly action: string;
  readonly kind: string;
  readonly object: string;
  readonly value?: string;
  readonly patch?: unknown;
  readonly code?: number;
  readonly message?: string;
}

export const ACTIONS: ReadonlySet<string> = new Set(['create', 'patch', 'delete', 'refused', 'BMC power state read']);

export function actionOf(entry: TimelineEntry | undefined): TestAction | undefined {
  return entry?.kind === 'Test' ? (entry.change as unknown as TestAction) : undefined;
}

/** Does what the recording's test did, and looks at the answer. @param refusal what came of it there, when it was refused. */
export async function playAction(
  world: HostsWorld,
  action: TestAction,
  inputs: readonly KubeObject[],
  refusal: TestAction | undefined,
): Promise<readonly Omit<Difference, 't'>[]> {
  if (action.action === 'refused') return [];
  if (action.action === 'BMC power state read') {
    const power = world.machines.byName('system-1')!.power();
    return power === action.value ? [] : [{ object: 'BMC', expected: `power: ${action.value}`, got: `power: ${power}` }];
  }
  const expected = refusal ? `${refusal.code} ${concrete(refusal.message)}` : 'accepted';
  const got = await perform(world.hub, action, inputs);
  return expected === got ? [] : [{ object: `${action.kind}/${action.object}`, expected: `${action.action}: ${expected}`, got: `${action.action}: ${got}` }];
}

async function perform({ kube }: HubHarness, { action, kind, object, patch }: TestAction, inputs: readonly KubeObject[]): Promise<string> {
  const ref = { apiVersion: kind === 'Secret' ? 'v1' : 'metal3.io/v1alpha1', kind, namespace: 'spoke-ns', name: concrete(object) };
  const input = inputs.find((one) => one.kind === kind && one.metadata.name === object);
  try {
    if (action === 'patch') await kube.patch(ref, concrete(patch), { type: 'merge' });
    else if (action === 'delete') await kube.delete(ref);
    else if (input) await kube.create(concrete(input));
    else return 'there is no such input';
    return 'accepted';
  } catch (error) {
    if (!isKubeApiError(error)) throw error;
    return `${error.status} ${error.message.replace(/^.*?: (?=admission|BareMetalHost)/, '')}`;
  }
}
