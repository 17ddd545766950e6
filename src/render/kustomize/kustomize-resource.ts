import type { KubeObject } from '../../kube/objects.ts';
import type { FilePosition } from '../../util/errors.ts';
import { isRecord } from '../../util/is-record.ts';
import { isClusterScoped } from './cluster-scoped-kinds.ts';

/** JSON that a transformer may change in place: each rendering reads its files anew, nothing is shared. */
export type Fields = Record<string, unknown>;

/** What kustomize knows an object by (kyaml/resid). */
export interface ResourceId {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

export interface KustomizeResource {
  object: Fields;
  /** Where the object, or what generated it, is written. */
  readonly at: FilePosition;
  /** What it was called before each change of its name or namespace: references and patches may still say so. */
  readonly previousIds: ResourceId[];
  readonly prefixes: string[];
  readonly suffixes: string[];
  readonly behavior: 'create' | 'replace' | 'merge' | 'unspecified';
  needsHash: boolean;
}

/** A resource of its own: an alias in YAML is one object in two places, and a change of one would be a change of the other. */
export function makeResource(object: Fields, at: FilePosition, generated?: Pick<KustomizeResource, 'behavior' | 'needsHash'>): KustomizeResource {
  return {
    object: JSON.parse(JSON.stringify(object)) as Fields,
    at,
    previousIds: [],
    prefixes: [],
    suffixes: [],
    behavior: generated?.behavior ?? 'unspecified',
    needsHash: generated?.needsHash ?? false,
  };
}

export function metadataOf(object: Fields): Fields {
  const { metadata } = object;
  if (isRecord(metadata)) return metadata;
  const made: Fields = {};
  object['metadata'] = made;
  return made;
}

export function nameOf(resource: KustomizeResource): string {
  return textAt(metadataOf(resource.object), 'name');
}

export function namespaceOf(resource: KustomizeResource): string {
  return textAt(metadataOf(resource.object), 'namespace');
}

export function currentId({ object }: KustomizeResource): ResourceId {
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  const { group, version } = groupVersionOf(textAt(object, 'apiVersion'));
  return { group, version, kind: textAt(object, 'kind'), name: textAt(metadata, 'name'), namespace: textAt(metadata, 'namespace') };
}

/** What it was called in its file. */
export function originalId(resource: KustomizeResource): ResourceId {
  return resource.previousIds[0] ?? currentId(resource);
}

export function allIds(resource: KustomizeResource): readonly ResourceId[] {
  return [...resource.previousIds, currentId(resource)];
}

export function storePreviousId(resource: KustomizeResource): void {
  const id = currentId(resource);
  resource.previousIds.push({ ...id, namespace: effectiveNamespace(id) });
}

const NO_NAMESPACE = '_non_namespaceable_';

/** No namespace and `default` are the same one; kinds that kustomize knows to be cluster-scoped have none. */
export function effectiveNamespace(id: ResourceId): string {
  if (isClusterScoped(id)) return NO_NAMESPACE;
  return id.namespace === '' ? 'default' : id.namespace;
}

export function sameId(one: ResourceId, other: ResourceId): boolean {
  return (
    one.name === other.name &&
    one.kind === other.kind &&
    one.version === other.version &&
    one.group === other.group &&
    effectiveNamespace(one) === effectiveNamespace(other)
  );
}

/** What is missing in a selector fits everything. */
export function isOfKind(id: ResourceId, { group = '', version = '', kind = '' }: Partial<Pick<ResourceId, 'group' | 'version' | 'kind'>>): boolean {
  return (group === '' || group === id.group) && (version === '' || version === id.version) && (kind === '' || kind === id.kind);
}

/** `Kind/namespace/name`, as errors call it. */
export function idText({ kind, namespace, name }: ResourceId): string {
  return namespace === '' || namespace === NO_NAMESPACE ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

export function groupVersionOf(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function asKubeObject({ object }: KustomizeResource): KubeObject {
  return object as unknown as KubeObject;
}

function textAt(fields: Fields | Readonly<Record<string, unknown>>, key: string): string {
  const value = fields[key];
  return typeof value === 'string' ? value : '';
}
