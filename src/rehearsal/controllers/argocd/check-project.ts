import type { KubeObject } from '../../../kube/objects.ts';
import type { ApplicationSpec, ResourceId } from './application.ts';

interface ProjectSpec {
  readonly sourceRepos?: readonly string[];
  readonly destinations?: readonly { readonly server?: string; readonly name?: string; readonly namespace?: string }[];
  readonly clusterResourceWhitelist?: readonly GroupKind[];
  readonly clusterResourceBlacklist?: readonly GroupKind[];
  readonly namespaceResourceWhitelist?: readonly GroupKind[];
  readonly namespaceResourceBlacklist?: readonly GroupKind[];
}

interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** The hub itself, as an Application calls it. */
const IN_CLUSTER = { server: 'https://kubernetes.default.svc', name: 'in-cluster' };

/** Why a project does not take an Application at all (condition InvalidSpecError). */
export function projectRefusal(spec: ApplicationSpec, project: KubeObject | undefined): string | undefined {
  const { destination, source } = spec;
  if (project === undefined) return `Application references project ${spec.project} which does not exist`;
  if (source === undefined) return 'spec.source.repoURL and either spec.source.path or spec.source.chart are required';
  const rules = project['spec'] as ProjectSpec;
  if (!(rules.sourceRepos ?? []).some((pattern) => globs(pattern, source.repoURL)))
    return `application repo ${source.repoURL} is not permitted in project '${spec.project}'`;
  if (!isCluster(destination))
    return `Unable to find destination server: there are no clusters with this name: ${destination.name ?? destination.server ?? ''}`;
  if (!permitsNamespace(rules, destination.namespace ?? ''))
    return `application destination server '${IN_CLUSTER.server}' and namespace '${destination.namespace ?? ''}' do not match any of the allowed destinations in project '${spec.project}'`;
  return undefined;
}

/** Why a project does not take an object of an Application; it fails the sync before anything is applied. */
export function resourceRefusal(project: KubeObject, { group, kind, namespace }: ResourceId, isNamespaced: boolean): string | undefined {
  const rules = project['spec'] as ProjectSpec;
  const has = (list: readonly GroupKind[] | undefined): boolean => (list ?? []).some((one) => globs(one.group, group) && globs(one.kind, kind));
  const { clusterResourceWhitelist, clusterResourceBlacklist, namespaceResourceWhitelist, namespaceResourceBlacklist } = rules;
  const permitted = isNamespaced
    ? (namespaceResourceWhitelist === undefined || has(namespaceResourceWhitelist)) && !has(namespaceResourceBlacklist)
    : has(clusterResourceWhitelist) && !has(clusterResourceBlacklist);
  if (!permitted) return `resource ${group}:${kind} is not permitted in project ${project.metadata.name}`;
  if (isNamespaced && !permitsNamespace(rules, namespace ?? '')) return `namespace ${namespace ?? ''} is not permitted in project '${project.metadata.name}'`;
  return undefined;
}

function isCluster({ server, name }: ApplicationSpec['destination']): boolean {
  return server === undefined ? name === IN_CLUSTER.name : server === IN_CLUSTER.server;
}

function permitsNamespace({ destinations = [] }: ProjectSpec, namespace: string): boolean {
  return destinations.some(
    (one) => (globs(one.server ?? '', IN_CLUSTER.server) || globs(one.name ?? '', IN_CLUSTER.name)) && globs(one.namespace ?? '', namespace),
  );
}

/** `*` stands for anything. */
function globs(pattern: string, text: string): boolean {
  return new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('.*')}$`,
  ).test(text);
}
