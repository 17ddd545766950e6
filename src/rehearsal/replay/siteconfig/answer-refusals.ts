import { isKubeApiError } from '../../../kube/kube-api-error.ts';
import type { KubeClient } from '../../../kube/kube-client.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import type { Difference } from '../difference.ts';
import type { RecordedRefusal } from './recording.ts';

/** Creates the ClusterInstances of a case of refusals, each without storing it, and compares the answers. */
export async function answerRefusals(kube: KubeClient, inputs: readonly KubeObject[], refusals: readonly RecordedRefusal[]): Promise<readonly Difference[]> {
  const instance = inputs.find(({ kind }) => kind === 'ClusterInstance')!;
  for (const input of inputs) if (input !== instance) await kube.create(input);
  const found: Difference[] = [];
  for (const { name, spec, status, message } of refusals) {
    const { metadata } = instance;
    const got = await answer(kube, { ...instance, metadata: { name: metadata.name, namespace: metadata.namespace ?? 'default' }, spec });
    const expected = `${status} ${unordered(message ?? '')}`.trim();
    if (got !== expected) found.push({ t: 0, object: `ClusterInstance/${metadata.name}`, expected: `${name}: ${expected}`, got: `${name}: ${got}` });
  }
  return found;
}

async function answer(kube: KubeClient, object: KubeObject): Promise<string> {
  try {
    await kube.create(object, { dryRun: true });
    return '201';
  } catch (error) {
    if (!isKubeApiError(error)) throw error;
    return `${error.status} ${unordered(error.serverMessage)}`;
  }
}

/** Several causes in one message come in any order. */
function unordered(message: string): string {
  const [, before = message, causes] = /^(.*? is invalid: )\[(.*)\]$/.exec(message) ?? [];
  return causes === undefined ? before : before + causes.split(', spec.').toSorted().join(', spec.');
}
