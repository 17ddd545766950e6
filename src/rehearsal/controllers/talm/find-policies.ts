import type { KubeObject } from '../../../kube/objects.ts';
import type { ObjectCache } from '../object-cache.ts';
import { complianceOf } from './compliance.ts';
import { POLICY, ROOT_POLICY_LABEL } from './kinds.ts';
import type { PolicyRef, Upgrade } from './upgrade.ts';

interface PolicySpec {
  readonly remediationAction?: string;
  readonly dependencies?: readonly { readonly name: string; readonly namespace?: string }[];
  readonly 'policy-templates'?: readonly { readonly objectDefinition?: TemplateObject }[];
}

interface TemplateObject {
  readonly kind?: string;
  readonly metadata?: unknown;
  readonly spec?: { readonly 'object-templates'?: readonly { readonly objectDefinition?: Inner }[]; readonly 'object-templates-raw'?: string };
}

interface Inner {
  readonly kind?: string;
  readonly status?: unknown;
  readonly spec?: {
    readonly upstream?: string;
    readonly channel?: string;
    readonly desiredUpdate?: { readonly version?: string; readonly image?: string };
  } | null;
}

/** The policies to enforce, or why it cannot begin: reason and message of condition Validated. */
export type FoundPolicies = { readonly policies: readonly KubeObject[] } | { readonly reason: string; readonly message: string; readonly afterMs: number };

const MINUTE_MS = 60_000;

/**
 * Looks up the managed policies through their copies in the clusters' namespaces, as only those are bound to the clusters.
 * Policies that are enforced already are passed over. Writes what it found to the status.
 */
export function findPolicies(cache: ObjectCache, upgrade: Upgrade, clusters: readonly string[]): FoundPolicies {
  const { spec, status } = upgrade;
  const copies = clusters
    .flatMap((namespace) => cache.list({ ...POLICY, namespace }))
    .filter(({ metadata }) => metadata.labels?.[ROOT_POLICY_LABEL] !== undefined);
  const namespaces = new Map<string, Set<string>>();
  const enforced = new Set<string>();
  const unresolved = new Set<string>();
  for (const copy of copies) {
    const root = rootOf(copy);
    if (root === undefined) continue;
    const { remediationAction, 'policy-templates': templates = [] } = copy['spec'] as PolicySpec;
    if (remediationAction?.toLowerCase() === 'enforce') {
      enforced.add(root.name);
      continue;
    }
    // What the hub could not fill in stays as it was written.
    if (templates.some((one) => JSON.stringify(one).includes('{{hub'))) unresolved.add(root.name);
    namespaces.set(root.name, (namespaces.get(root.name) ?? new Set()).add(root.namespace));
  }
  const ambiguous = [...namespaces].filter(([, found]) => found.size > 1).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (ambiguous.length > 0) {
    const shown = JSON.stringify(Object.fromEntries(ambiguous.map(([name, found]) => [name, [...found].toSorted()])));
    return {
      reason: 'AmbiguousManagedPoliciesNames',
      message: `Managed policy name should be unique, but was found in multiple namespaces: ${shown} `,
      afterMs: MINUTE_MS,
    };
  }

  const missing: string[] = [];
  const invalid: string[] = [];
  const compliant: string[] = [];
  const policies: KubeObject[] = [];
  for (const name of spec.managedPolicies ?? []) {
    if (enforced.has(name)) continue;
    const [namespace] = namespaces.get(name) ?? [];
    const policy = namespace === undefined ? undefined : cache.get({ ...POLICY, name, namespace });
    if (policy === undefined) missing.push(name);
    else if (unresolved.has(name) || !isComplete(policy)) invalid.push(name);
    else if (!looksAtStatus(policy) && clusters.every((cluster) => complianceOf(cluster, policy) === 'Compliant')) compliant.push(name);
    else policies.push(policy);
  }
  const refs = policies.map(({ metadata }): PolicyRef => ({ name: metadata.name, namespace: metadata.namespace! }));
  status.managedPoliciesNs = refs.length === 0 ? undefined : Object.fromEntries(refs.map(({ name, namespace }) => [name, namespace]));
  if (refs.length > 0) status.managedPoliciesForUpgrade = refs;
  if (compliant.length > 0) status.managedPoliciesCompliantBeforeUpgrade = compliant;
  const reason = 'NotAllManagedPoliciesExist';
  if (invalid.length > 0) return { reason, message: `Invalid managed policies: [${invalid.join(' ')}] `, afterMs: MINUTE_MS };
  if (missing.length > 0) return { reason, message: `Missing managed policies: [${missing.join(' ')}] `, afterMs: MINUTE_MS };
  const image = imageMistake(policies);
  if (image !== undefined) return { reason: 'InvalidPlatformImage', message: image, afterMs: 5 * MINUTE_MS };
  const order = orderMistake(policies);
  // The operator's own spelling.
  return order === undefined ? { policies } : { reason: 'UnresolvableDenpendency', message: order, afterMs: 5 * MINUTE_MS };
}

/** A copy's name is `<namespace>.<name>` of its policy; namespaces hold no dots. */
export function rootOf({ metadata }: KubeObject): PolicyRef | undefined {
  const dot = metadata.name.indexOf('.');
  return dot < 0 ? undefined : { namespace: metadata.name.slice(0, dot), name: metadata.name.slice(dot + 1) };
}

function templatesOf(policy: KubeObject): readonly (TemplateObject | undefined)[] {
  return ((policy['spec'] as PolicySpec)['policy-templates'] ?? []).map(({ objectDefinition }) => objectDefinition);
}

function innerOf(policy: KubeObject): readonly (Inner | undefined)[] {
  return templatesOf(policy).flatMap((one) => (one?.spec?.['object-templates'] ?? []).map(({ objectDefinition }) => objectDefinition));
}

function isComplete(policy: KubeObject): boolean {
  return templatesOf(policy).every((one) => {
    if (one?.metadata === undefined || one.spec === undefined) return false;
    if (one.kind !== 'ConfigurationPolicy' || one.spec['object-templates-raw'] !== undefined) return true;
    return one.spec['object-templates']?.every(({ objectDefinition }) => objectDefinition !== undefined) ?? false;
  });
}

/** A policy that asks for a status is enforced even where it holds: it is what the roll-out waits for. */
function looksAtStatus(policy: KubeObject): boolean {
  return innerOf(policy).some((one) => one?.status !== undefined);
}

/** Two policies that want different platform releases, or one that cannot be told. */
function imageMistake(policies: readonly KubeObject[]): string | undefined {
  const wanted = { upstream: '', channel: '', version: '', image: '' };
  let found = false;
  for (const object of policies.flatMap(innerOf)) {
    if (object?.kind !== 'ClusterVersion' || !object.spec) continue;
    const { upstream, channel, desiredUpdate } = object.spec;
    for (const [field, value] of Object.entries({ upstream, channel, version: desiredUpdate?.version, image: desiredUpdate?.image })) {
      const key = field as keyof typeof wanted;
      if (value === undefined) continue;
      if (wanted[key] !== '' && wanted[key] !== value) return `platform image defined more then once with conflicting ${field} values`;
      wanted[key] = value;
    }
    found = true;
  }
  if (!found || wanted.image !== '') return undefined;
  const isKnown = wanted.upstream !== '' && wanted.channel !== '' && wanted.version !== '';
  return isKnown ? undefined : 'policy with ClusterVersion must have upstream, channel, and version when image is not provided';
}

function orderMistake(policies: readonly KubeObject[]): string | undefined {
  const at = (name: string, namespace: string | undefined): number =>
    policies.findIndex(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  for (const [index, policy] of policies.entries()) {
    const later = (policy['spec'] as PolicySpec).dependencies?.find(({ name, namespace }) => at(name, namespace) > index);
    if (later) return `Managed Policy ${policy.metadata.name} depends on ${later.name}, which is to be remediated later`;
  }
  return undefined;
}
