import type { KubeClient } from '../../../kube/kube-client.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { isKubeApiError } from '../../../kube/kube-api-error.ts';
import { admitInstall } from '../../controllers/assisted/admit-install.ts';
import type { Difference } from '../difference.ts';
import type { Requests } from './replay-options.ts';
import { concrete, type Attempt } from './recording.ts';

const API_VERSIONS: Readonly<Record<string, string>> = {
  AgentClusterInstall: 'extensions.hive.openshift.io/v1beta1',
  InfraEnv: 'agent-install.openshift.io/v1beta1',
  Agent: 'agent-install.openshift.io/v1beta1',
};

/** The attempts of a recording at the admission webhooks, to be made while it is played, and how their answers differed. */
export function answerRequests(attempts: readonly Attempt[]): { readonly requests: Requests; readonly differences: () => readonly Difference[] } {
  const answers = new Map<Attempt, string>();
  const make = async (kube: KubeClient, phase: string): Promise<void> => {
    for (const attempt of attempts) if (attempt.phase === phase) answers.set(attempt, await answer(kube, attempt));
  };
  const difference = (attempt: Attempt): readonly Difference[] => {
    const { result, code, message, what } = attempt;
    const expected = result === 'accepted' ? 'accepted' : `${code} ${unordered(message ?? '')}`;
    const got = answers.get(attempt) ?? 'not asked';
    return expected === got ? [] : [{ t: 0, object: `${attempt.kind}/${attempt.object}`, expected: `${what}: ${expected}`, got: `${what}: ${got}` }];
  };
  return {
    requests: { admit: (request) => Promise.resolve(admitInstall(request)), make },
    differences: () => attempts.flatMap(difference),
  };
}

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
