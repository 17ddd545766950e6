import type { Kustomization } from './kustomization-file.ts';
import { currentId, type KustomizeResource, type ResourceId } from './kustomize-resource.ts';

const FIRST = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** `sortOptions`, by default kustomize's legacy order: some kinds first and last, the rest by group, version, kind, namespace, name. */
export function sortResources(resources: readonly KustomizeResource[], options: Kustomization['sortOptions']): KustomizeResource[] {
  if (options?.order === 'fifo') return [...resources];
  const first = options?.legacySortOptions?.orderFirst ?? FIRST;
  const last = options?.legacySortOptions?.orderLast ?? LAST;
  const ranks = new Map([...first.map((kind, index) => [kind, index - first.length] as const), ...last.map((kind, index) => [kind, index + 1] as const)]);
  const keyed = resources.map((resource) => {
    const id = currentId(resource);
    return { resource, rank: ranks.get(id.kind) ?? 0, kind: kindText(id), name: nameText(id) };
  });
  return keyed.sort((a, b) => a.rank - b.rank || compare(a.kind, b.kind) || compare(a.name, b.name)).map(({ resource }) => resource);
}

/** As Go compares text: by bytes, so not by locale. */
function compare(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function kindText({ group, version, kind }: ResourceId): string {
  return [group || '~G', version || '~V', kind || '~K'].join('_');
}

function nameText({ namespace, name }: ResourceId): string {
  return [namespace || '~X', name || '~N'].join('|');
}
