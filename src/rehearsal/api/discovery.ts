import type { Json } from './json.ts';
import { storageVersionHash } from './resource.ts';
import type { Resource } from './resource.ts';

const CUSTOM_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const BUILT_IN_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** The aggregated form, asked for by media type. */
export const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** APIResourceList of one group and version; undefined when nothing is served there. */
export function resourceList(resources: readonly Resource[], group: string, version: string): Json | undefined {
  const served = resources.filter((one) => one.group === group && one.version === version);
  if (served.length === 0) return undefined;
  const head = group === '' ? { kind: 'APIResourceList' } : { kind: 'APIResourceList', apiVersion: 'v1' };
  return { ...head, groupVersion: group === '' ? version : `${group}/${version}`, resources: served.flatMap(entries) };
}

function entries(resource: Resource): Json[] {
  const { plural, singular, namespaced, kind } = resource;
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: verbs(resource),
    ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    storageVersionHash: storageVersionHash(resource),
  };
  const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
  const parts = resource.subresources.map((sub) => ({
    name: `${plural}/${sub}`,
    singularName: '',
    namespaced,
    kind,
    ...(sub === 'scale' ? scale : {}),
    verbs: sub === 'finalize' ? ['update'] : ['get', 'patch', 'update'],
  }));
  return [main, ...parts];
}

function verbs(resource: Resource): string[] {
  if (resource.schema !== undefined) return CUSTOM_VERBS;
  return resource.kind === 'Namespace' ? BUILT_IN_VERBS.filter((verb) => verb !== 'deletecollection') : BUILT_IN_VERBS;
}

/** APIGroup of one group; undefined when it is not served. */
export function apiGroup(resources: readonly Resource[], group: string): Json | undefined {
  const found = [...new Set(resources.filter((one) => one.group === group).map((one) => one.version))];
  const versions = found.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return versions.length === 0 ? undefined : { name: group, versions, preferredVersion: versions[0] };
}

export function groupNames(resources: readonly Resource[]): string[] {
  return [...new Set(resources.map((one) => one.group))].filter((group) => group !== '');
}

/** APIGroupDiscoveryList of the named groups. */
export function aggregated(resources: readonly Resource[], groups: readonly string[]): Json {
  const items = groups.map((group) => {
    const served = resources.filter((one) => one.group === group);
    const versions = [...new Set(served.map((one) => one.version))].map((version) => ({
      version,
      resources: served
        .filter((one) => one.version === version)
        .map(discovered)
        .toSorted((a, b) => (a.resource < b.resource ? -1 : 1)),
      freshness: 'Current',
    }));
    return { metadata: group === '' ? {} : { name: group }, versions };
  });
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function discovered(resource: Resource): Json & { readonly resource: string } {
  const { group, version, kind } = resource;
  const responseKind = { group, version, kind };
  const subresources = resource.subresources.map((subresource) => ({
    subresource,
    responseKind: subresource === 'scale' ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : responseKind,
    verbs: subresource === 'finalize' ? ['update'] : ['get', 'patch', 'update'],
  }));
  return {
    resource: resource.plural,
    responseKind,
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: verbs(resource),
    ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}
