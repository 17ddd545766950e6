import { createHash } from 'node:crypto';
import { isJson, list, member, text } from '../json.ts';
import type { Json } from '../json.ts';

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
  /** Made by a CustomResourceDefinition: then `declared` is its entry in spec.versions, else empty. */
  readonly custom: boolean;
  readonly declared: Json;
  /** metadata.generation counts changes outside metadata and status. */
  readonly counted: boolean;
  /** Only these verbs, and nothing is stored; undefined for all. */
  readonly verbs?: readonly string[];
  /** Structural schema of the whole object. */
  readonly schema: Json;
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
      custom: true,
      declared: version,
      counted: true,
      schema: member(member(version, 'schema'), 'openAPIV3Schema'),
    }));
}

/** The key under which a kind is stored, whatever its version. */
export function storageKey(resource: Pick<Resource, 'group' | 'plural'>): string {
  return `${resource.group}/${resource.plural}`;
}

export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** As in discovery: the first 8 bytes of SHA-256 over group/version/kind. */
export function storageVersionHash(resource: Resource): string {
  return createHash('sha256').update(`${resource.group}/${resource.version}/${resource.kind}`).digest().subarray(0, 8).toString('base64');
}
