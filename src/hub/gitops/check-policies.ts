import type { KubeObject } from '../../kube/objects.ts';
import type { Rendering } from '../../render/kustomize/render-kustomization.ts';
import type { Diagnostic } from '../../util/diagnostic.ts';
import { textAt, valueAt } from '../read-object.ts';
import { PLACEMENT_BINDING, POLICY } from './kinds.ts';

/** Root namespace, a dot and the name: copies of a policy are called so, and it is a label's value (reference/ztp.md §2.10). */
const MAX_NAME = 62;

/** Every policy has a short name and a binding to a placement that is there. */
export function checkPolicies({ objects = [], origins }: Rendering): Diagnostic[] {
  const found: Diagnostic[] = [];
  const report = (id: string, object: KubeObject, message: string, hint: string): void => {
    const at = origins.get(object);
    found.push({ id, severity: 'error', message, hint, ...(at && { at }) });
  };
  const bindings = objects.filter(({ kind }) => kind === PLACEMENT_BINDING.kind);
  for (const policy of objects.filter(({ kind }) => kind === POLICY.kind)) {
    const { name, namespace = '' } = policy.metadata;
    if (namespace === '') report('no-namespace', policy, `policy ${name} has no namespace`, 'give it the namespace of its placement');
    if (`${namespace}.${name}`.length > MAX_NAME)
      report('long-name', policy, `${namespace}.${name} is longer than ${MAX_NAME} characters`, 'shorten the policy’s name or its namespace');
    const bound = bindings.filter((binding) => binding.metadata.namespace === namespace && subjects(binding).includes(name));
    if (bound.length === 0)
      report('not-bound', policy, `no PlacementBinding in ${namespace} binds policy ${name}`, `add one with subjects: [{kind: Policy, name: ${name}}]`);
  }
  for (const binding of bindings) {
    const kind = textAt(binding, 'placementRef', 'kind');
    const name = textAt(binding, 'placementRef', 'name');
    if (objects.some((one) => one.kind === kind && one.metadata.name === name && one.metadata.namespace === binding.metadata.namespace)) continue;
    report('no-placement', binding, `${binding.metadata.name} refers to ${kind} ${name}, which is not in the commit`, 'add it to the same namespace');
  }
  return found;
}

function subjects(binding: KubeObject): readonly string[] {
  const value = valueAt(binding, 'subjects');
  return Array.isArray(value)
    ? (value as readonly { kind?: string; name?: string }[]).flatMap(({ kind, name }) => (kind === POLICY.kind && name ? [name] : []))
    : [];
}
