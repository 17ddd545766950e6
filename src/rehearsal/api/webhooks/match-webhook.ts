import { matchesSelector } from '../../../kube/matches-selector.ts';
import { isJson, list, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import type { Resource } from '../kinds/resource.ts';

/** One entry of a webhook configuration. */
export interface Webhook {
  readonly configuration: string;
  readonly name: string;
  readonly spec: Json;
}

/** What a rule looks at. */
export interface Matched {
  readonly operation: string;
  readonly subresource: string;
  /** Labels of the object, before and after. */
  readonly labels: readonly Json[];
  /** Labels of its namespace, or of itself when it is one; undefined for other cluster-wide objects. */
  readonly namespaceLabels: Json | undefined;
}

/**
 * As which kind a webhook wants to be asked: the request's own, or with matchPolicy Equivalent another served version of it.
 *
 * @returns undefined when it does not want to be asked.
 */
export function matchedAs({ spec }: Webhook, resource: Resource, others: readonly Resource[], matched: Matched): Resource | undefined {
  const rules = list(spec, 'rules').filter(isJson);
  const fits = (candidate: Resource): boolean => rules.some((rule) => ruleFits(rule, candidate, matched));
  const found = fits(resource) ? resource : text(spec, 'matchPolicy') === 'Exact' ? undefined : others.find(fits);
  if (found === undefined) return undefined;
  const { namespaceLabels, labels } = matched;
  if (namespaceLabels !== undefined && !selects(member(spec, 'namespaceSelector'), namespaceLabels)) return undefined;
  return labels.some((one) => selects(member(spec, 'objectSelector'), one)) ? found : undefined;
}

function ruleFits(rule: Json, { group, version, plural, namespaced }: Resource, { operation, subresource }: Matched): boolean {
  const has = (key: string, value: string): boolean => list(rule, key).some((one) => one === '*' || one === value);
  const scope = text(rule, 'scope');
  if (scope !== '' && scope !== '*' && (scope === 'Namespaced') !== namespaced) return false;
  return has('operations', operation) && has('apiGroups', group) && has('apiVersions', version) && list(rule, 'resources').some(resourceFits);

  /** `widgets`, `widgets/status`, `*` (no subresources), `widgets/*`, `*` with `/status`, `*` with `/*`. */
  function resourceFits(wanted: unknown): boolean {
    const [name, part = ''] = String(wanted).split('/');
    return (name === '*' || name === plural) && (part === subresource || part === '*');
  }
}

function selects(selector: Json, labels: Json): boolean {
  return matchesSelector(labels as Readonly<Record<string, string>>, selector);
}
