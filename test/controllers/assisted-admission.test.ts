import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { isKubeApiError } from '../../src/kube/kube-api-error.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { admitInstall } from '../../src/rehearsal/controllers/assisted/admit-install.ts';
import { concrete, type Recording } from './assisted-recording.ts';
import { playRecording } from './play-recording.ts';

/** One attempt (recorded/README-hub.md, `requests`). */
interface Attempt {
  readonly phase: string;
  readonly what: string;
  readonly request: 'create' | 'patch';
  readonly kind: string;
  readonly object: string;
  readonly body: unknown;
  readonly result: 'accepted' | 'refused';
  readonly code?: number;
  readonly message?: string;
}

const recorded = process.env['LABWRIGHT_RECORDED'] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'recorded');
const skip = existsSync(recorded) || process.env['CI'] === 'true' ? false : 'no recordings beside the repository';
const API_VERSIONS: Readonly<Record<string, string>> = {
  AgentClusterInstall: 'extensions.hive.openshift.io/v1beta1',
  InfraEnv: 'agent-install.openshift.io/v1beta1',
  Agent: 'agent-install.openshift.io/v1beta1',
};

for (const file of skip ? [] : globSync('assisted/admission-*.json', { cwd: recorded }).toSorted()) {
  test(`answers as the real admission server did: ${basename(file, '.json')}`, async () => {
    const recording = JSON.parse(readFileSync(join(recorded, file), 'utf8')) as Recording & { readonly requests: readonly Attempt[] };
    const answers: string[] = [];
    const make = async (kube: KubeClient, phase: string): Promise<void> => {
      for (const attempt of recording.requests.filter((one) => one.phase === phase)) answers.push(`${phase}, ${attempt.what}: ${await answer(kube, attempt)}`);
    };
    await playRecording(recording, { hostMs: 0, clusterMs: 0 }, [], { admit: (request) => Promise.resolve(admitInstall(request)), make });
    assert.deepEqual(
      answers,
      recording.requests.map(
        ({ phase, what, result, code, message }) => `${phase}, ${what}: ${result === 'accepted' ? 'accepted' : `${code} ${unordered(message ?? '')}`}`,
      ),
    );
  });
}
if (skip) test('the admission webhooks answer as the real ones', { skip }, () => undefined);

async function answer(kube: KubeClient, { request, kind, object, body }: Attempt): Promise<string> {
  const ref = { apiVersion: API_VERSIONS[kind] ?? '', kind, namespace: 'spoke-ns', name: concrete(object) };
  try {
    if (request === 'create') await kube.create(body as KubeObject);
    else await kube.patch(ref, body, { type: 'merge' });
    return 'accepted';
  } catch (error) {
    if (!isKubeApiError(error)) throw error;
    return `${error.status} ${unordered(error.message)}`;
  }
}

/** Messages of the API server list causes in any order, ours come with the request in front. */
function unordered(message: string): string {
  const text = message
    .replace(/^.*?: (?=admission webhook|\w+\.[\w.-]+ ")/, '')
    .replace(/, <nil>: Invalid value: null: some validation rules .*?validation/, '');
  return text.replaceAll(/[[\]]/g, '');
}
