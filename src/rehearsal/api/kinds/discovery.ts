import type { Json } from '../json.ts';
import { storageVersionHash } from './resource.ts';
import type { Resource } from './resource.ts';

const CUSTOM_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const BUILT_IN_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** The aggregated form, asked for by media type. */
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** The version whose behaviour is simulated; clients want every member. */
const VERSION: Json = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.3',
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'go1.26.8',
  compiler: 'gc',
  platform: 'linux/amd64',
};

/** The discovery document at a path, in the form the client accepts; undefined when there is none. */
export function discover(resources: readonly Resource[], path: string, accept: string): { readonly body: Json; readonly type?: string } | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const [root, group = '', version = ''] = parts;
  const together = accept.includes('as=APIGroupDiscoveryList');
  if (root === 'version' && parts.length === 1) return { body: VERSION };
  if (root === 'api' && parts.length === 1) {
    if (together) return { body: aggregated(resources, ['']), type: AGGREGATED };
    return { body: { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }] } };
  }
  if (root === 'api' && parts.length === 2) return wrapped(resourceList(resources, '', group));
  if (root !== 'apis') return undefined;
  const names = groupNames(resources);
  if (parts.length === 1) {
    if (together) return { body: aggregated(resources, names), type: AGGREGATED };
    return { body: { kind: 'APIGroupList', apiVersion: 'v1', groups: names.map((name) => apiGroup(resources, name)) } };
  }
  if (parts.length === 3) return wrapped(resourceList(resources, group, version));
  const one = parts.length === 2 ? apiGroup(resources, group) : undefined;
  return wrapped(one === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...one });
}

function wrapped(body: Json | undefined): { readonly body: Json } | undefined {
  return body === undefined ? undefined : { body };
}

/** APIResourceList of one group and version; undefined when nothing is served there. */
function resourceList(resources: readonly Resource[], group: string, version: string): Json | undefined {
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
    ...(resource.verbs === undefined ? { storageVersionHash: storageVersionHash(resource) } : {}),
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

function verbs(resource: Resource): readonly string[] {
  if (resource.verbs !== undefined) return resource.verbs;
  if (resource.custom) return CUSTOM_VERBS;
  return resource.kind === 'Namespace' ? BUILT_IN_VERBS.filter((verb) => verb !== 'deletecollection') : BUILT_IN_VERBS;
}

/** APIGroup of one group; undefined when it is not served. */
function apiGroup(resources: readonly Resource[], group: string): Json | undefined {
  const found = [...new Set(resources.filter((one) => one.group === group).map((one) => one.version))];
  const versions = found.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return versions.length === 0 ? undefined : { name: group, versions, preferredVersion: versions[0] };
}

function groupNames(resources: readonly Resource[]): string[] {
  return [...new Set(resources.map((one) => one.group))].filter((group) => group !== '');
}

/** APIGroupDiscoveryList of the named groups. */
function aggregated(resources: readonly Resource[], groups: readonly string[]): Json {
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
