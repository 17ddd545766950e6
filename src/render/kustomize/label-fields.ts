import type { FieldSpec } from './field-spec.ts';

export const METADATA_LABELS: FieldSpec = { path: 'metadata/labels', create: true };

/** Where `commonAnnotations` writes (kustomize's builtinpluginconsts). */
export const ANNOTATION_FIELDS: readonly FieldSpec[] = [{ path: 'metadata/annotations', create: true }, ...templates('annotations', '')];

/** Beside the object itself, the templates in it: `includeTemplates`. */
export const TEMPLATE_LABEL_FIELDS: readonly FieldSpec[] = [METADATA_LABELS, ...templates('labels', 'apps')];

export const VOLUME_CLAIM_LABEL_FIELDS: readonly FieldSpec[] = [
  { path: 'spec/volumeClaimTemplates[]/metadata/labels', group: 'apps', kind: 'StatefulSet', create: true },
];

/** Where `commonLabels` and `includeSelectors` write: selectors, templates and the object. */
export const SELECTOR_LABEL_FIELDS: readonly FieldSpec[] = [
  { path: 'spec/selector', version: 'v1', kind: 'Service', create: true },
  { path: 'spec/selector', version: 'v1', kind: 'ReplicationController', create: true },
  { path: 'spec/selector/matchLabels', kind: 'Deployment', create: true },
  ...affinities('Deployment'),
  { path: 'spec/selector/matchLabels', kind: 'ReplicaSet', create: true },
  { path: 'spec/selector/matchLabels', kind: 'DaemonSet', create: true },
  { path: 'spec/selector/matchLabels', group: 'apps', kind: 'StatefulSet', create: true },
  ...affinities('StatefulSet'),
  { path: 'spec/selector/matchLabels', group: 'batch', kind: 'Job' },
  { path: 'spec/jobTemplate/spec/selector/matchLabels', group: 'batch', kind: 'CronJob' },
  { path: 'spec/selector/matchLabels', group: 'policy', kind: 'PodDisruptionBudget' },
  ...['podSelector', 'ingress/from/podSelector', 'egress/to/podSelector'].map((path) => ({
    path: `spec/${path}/matchLabels`,
    group: 'networking.k8s.io',
    kind: 'NetworkPolicy',
  })),
  ...TEMPLATE_LABEL_FIELDS,
  ...VOLUME_CLAIM_LABEL_FIELDS,
];

function templates(field: 'labels' | 'annotations', statefulSetGroup: string): FieldSpec[] {
  const path = `spec/template/metadata/${field}`;
  return [
    { path, version: 'v1', kind: 'ReplicationController', create: true },
    { path, kind: 'Deployment', create: true },
    { path, kind: 'ReplicaSet', create: true },
    { path, kind: 'DaemonSet', create: true },
    { path, group: statefulSetGroup, kind: 'StatefulSet', create: true },
    { path, group: 'batch', kind: 'Job', create: true },
    { path: `spec/jobTemplate/metadata/${field}`, group: 'batch', kind: 'CronJob', create: true },
    { path: `spec/jobTemplate/spec/template/metadata/${field}`, group: 'batch', kind: 'CronJob', create: true },
  ];
}

function affinities(kind: string): FieldSpec[] {
  const terms = ['podAffinity', 'podAntiAffinity'].flatMap((affinity) => [
    `affinity/${affinity}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm`,
    `affinity/${affinity}/requiredDuringSchedulingIgnoredDuringExecution`,
  ]);
  return [...terms, 'topologySpreadConstraints'].map((term) => ({ path: `spec/template/spec/${term}/labelSelector/matchLabels`, group: 'apps', kind }));
}
