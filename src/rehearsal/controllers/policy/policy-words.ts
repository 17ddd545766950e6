import type { KubeObject } from '../../../kube/objects.ts';
import { rfc3339Seconds } from '../conditions.ts';
import { specOf } from './policy.ts';

export type Verdict = 'Compliant' | 'NonCompliant' | 'Pending';

interface Template {
  readonly objectDefinition?: {
    readonly metadata?: { readonly name?: string };
    readonly spec?: { readonly 'object-templates'?: readonly { readonly objectDefinition?: KubeObject }[] };
  };
}

/** `status.details` of a copy: for each template what its agent found, newest first. */
export function detailsOf(copy: KubeObject, verdict: Verdict, nowMs: number): readonly object[] {
  const templates = (specOf(copy)['policy-templates'] ?? []) as readonly Template[];
  const { namespace, name } = copy.metadata;
  return templates.map(({ objectDefinition }) => {
    const first = objectDefinition?.spec?.['object-templates']?.[0]?.objectDefinition;
    const history = [{ eventName: `${name}.${verdict.toLowerCase()}`, lastTimestamp: rfc3339Seconds(nowMs), message: wordsFor(verdict, first) }];
    return { compliant: verdict, templateMeta: { name: objectDefinition?.metadata?.name ?? '', namespace }, history };
  });
}

function wordsFor(verdict: Verdict, object: KubeObject | undefined): string {
  if (verdict === 'Pending') return 'Pending; template-error; Dependencies were not satisfied: the dependencies could not be found';
  const what = object === undefined ? 'objects' : `${object.kind.toLowerCase()}s [${object.metadata?.name ?? ''}]`;
  const where = object?.metadata?.namespace === undefined ? '' : ` in namespace ${object.metadata.namespace}`;
  return verdict === 'Compliant'
    ? `Compliant; notification - ${what} found as specified${where}`
    : `NonCompliant; violation - ${what} found but not as specified${where}`;
}
