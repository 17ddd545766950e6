import type { KubeClient } from '../../kube/kube-client.ts';
import type { StepContext } from '../../util/step.ts';
import { CONFIG_MAP, FIELD_MANAGER, refTo } from '../kinds.ts';
import { valueAt } from '../read-object.ts';

/** Exactly what the cluster asks for: DCI writes a key by formula, needed or not. */
export async function acknowledgeGates(kube: KubeClient, gates: readonly string[], { signal, log }: Pick<StepContext, 'signal' | 'log'>): Promise<void> {
  if (gates.length === 0) return;
  const ref = refTo(CONFIG_MAP, 'admin-acks', 'openshift-config');
  const found = await kube.get(ref, signal);
  const acks = (valueAt(found, 'data') ?? {}) as Readonly<Record<string, string>>;
  const missing = gates.filter((gate) => acks[gate] !== 'true');
  if (missing.length === 0) return;
  const data = Object.fromEntries(missing.map((gate) => [gate, 'true']));
  if (found) await kube.patch(ref, { data }, { type: 'merge', fieldManager: FIELD_MANAGER }, signal);
  else await kube.create({ ...CONFIG_MAP, metadata: { name: ref.name, namespace: 'openshift-config' }, data }, { fieldManager: FIELD_MANAGER }, signal);
  log(`acknowledged for the administrator: ${missing.join(', ')}`);
}
