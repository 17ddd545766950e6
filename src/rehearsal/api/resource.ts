import { createHash } from 'node:crypto';
import { isJson, list, member, text } from './json.ts';
import type { Json } from './json.ts';

/** One served kind in one version. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly string[];
  /** Structural schema; undefined for built-in kinds. */
  readonly schema: Json | undefined;
}

const CORE: readonly (readonly [kind: string, plural: string, namespaced: boolean, shortNames: readonly string[]])[] = [
  ['Namespace', 'namespaces', false, ['ns']],
  ['Secret', 'secrets', true, []],
  ['ConfigMap', 'configmaps', true, ['cm']],
  ['Event', 'events', true, ['ev']],
];

export const definitions: Resource = {
  ...builtIn('CustomResourceDefinition', 'customresourcedefinitions', false, ['crd', 'crds']),
  group: 'apiextensions.k8s.io',
  subresources: ['status'],
};

export function builtIns(): Resource[] {
  return [...CORE.map((entry) => builtIn(...entry)), definitions];
}

function builtIn(kind: string, plural: string, namespaced: boolean, shortNames: readonly string[]): Resource {
  const subresources = kind === 'Namespace' ? ['finalize', 'status'] : [];
  return { group: '', version: 'v1', kind, plural, singular: kind.toLowerCase(), namespaced, shortNames, categories: [], subresources, schema: undefined };
}

/** What a CustomResourceDefinition serves: one resource per served version. */
export function resourcesOf(definition: Json): Resource[] {
  const spec = member(definition, 'spec');
  const names = member(spec, 'names');
  return list(spec, 'versions')
    .filter(isJson)
    .filter((version) => version['served'] === true)
    .map((version) => ({
      group: text(spec, 'group'),
      version: text(version, 'name'),
      kind: text(names, 'kind'),
      plural: text(names, 'plural'),
      singular: text(names, 'singular') === '' ? text(names, 'kind').toLowerCase() : text(names, 'singular'),
      namespaced: spec['scope'] === 'Namespaced',
      shortNames: list(names, 'shortNames').filter((one) => typeof one === 'string'),
      categories: list(names, 'categories').filter((one) => typeof one === 'string'),
      subresources: Object.keys(member(version, 'subresources')),
      schema: member(member(version, 'schema'), 'openAPIV3Schema'),
    }));
}

/** The key under which a kind is stored, whatever its version. */
export function storageKey(resource: Resource): string {
  return `${resource.group}/${resource.plural}`;
}

/** As in discovery: the first 8 bytes of SHA-256 over group/version/kind. */
export function storageVersionHash(resource: Resource): string {
  return createHash('sha256').update(`${resource.group}/${resource.version}/${resource.kind}`).digest().subarray(0, 8).toString('base64');
}
