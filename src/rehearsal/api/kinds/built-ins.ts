import type { Json } from '../json.ts';
import { webhookConfiguration } from '../webhooks/webhook-kinds.ts';
import type { Resource } from './resource.ts';

const STRING = { type: 'string' };
const BOOLEAN = { type: 'boolean' };
const STRINGS = { type: 'object', additionalProperties: STRING };
const OPEN: Json = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const CONDITIONS = { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'], items: OPEN };
const REFERENCE = {
  type: 'object',
  'x-kubernetes-map-type': 'atomic',
  properties: { apiVersion: STRING, kind: STRING, name: STRING, namespace: STRING, uid: STRING, resourceVersion: STRING, fieldPath: STRING },
};

const EVENT = object({
  involvedObject: REFERENCE,
  related: REFERENCE,
  reason: STRING,
  message: STRING,
  source: object({ component: STRING, host: STRING }),
  firstTimestamp: STRING,
  lastTimestamp: STRING,
  eventTime: STRING,
  count: { type: 'integer' },
  series: object({ count: { type: 'integer' }, lastObservedTime: STRING }),
  type: STRING,
  action: STRING,
  reportingComponent: STRING,
  reportingInstance: STRING,
});

const RULES = {
  type: 'array',
  items: object({
    apiGroups: { type: 'array', items: STRING },
    resources: { type: 'array', items: STRING },
    resourceNames: { type: 'array', items: STRING },
    nonResourceURLs: { type: 'array', items: STRING },
    verbs: { type: 'array', items: STRING },
  }),
};
const ROLE_REF = { ...object({ apiGroup: STRING, kind: STRING, name: STRING }), 'x-kubernetes-map-type': 'atomic' };
const SUBJECTS = {
  type: 'array',
  items: { ...object({ apiGroup: STRING, kind: STRING, name: STRING, namespace: STRING }), 'x-kubernetes-map-type': 'atomic' },
};
const RBAC = 'rbac.authorization.k8s.io';

/** Everything else about a workload is kept as it comes. */
const WORKLOAD = object({ spec: OPEN, status: { ...OPEN, properties: { conditions: CONDITIONS } } });

/** The built-in kinds that a hub, its operators and its clients use here. */
export const BUILT_INS: readonly Resource[] = [
  builtIn('', 'Namespace', 'namespaces', {
    namespaced: false,
    shortNames: ['ns'],
    subresources: ['finalize', 'status'],
    schema: object({
      spec: object({ finalizers: { type: 'array', items: STRING } }),
      status: object({ phase: STRING, conditions: CONDITIONS }),
    }),
  }),
  builtIn('', 'Secret', 'secrets', { schema: object({ data: STRINGS, stringData: STRINGS, type: STRING, immutable: BOOLEAN }) }),
  builtIn('', 'ConfigMap', 'configmaps', { shortNames: ['cm'], schema: object({ data: STRINGS, binaryData: STRINGS, immutable: BOOLEAN }) }),
  builtIn('', 'Event', 'events', { shortNames: ['ev'], schema: EVENT }),
  builtIn('', 'ServiceAccount', 'serviceaccounts', {
    shortNames: ['sa'],
    schema: object({
      secrets: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: REFERENCE },
      imagePullSecrets: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: REFERENCE },
      automountServiceAccountToken: BOOLEAN,
    }),
  }),
  builtIn('', 'Node', 'nodes', { namespaced: false, shortNames: ['no'], subresources: ['status'], schema: WORKLOAD }),
  builtIn('', 'Pod', 'pods', { shortNames: ['po'], subresources: ['status'], categories: ['all'], schema: WORKLOAD }),
  builtIn('', 'Service', 'services', { shortNames: ['svc'], subresources: ['status'], categories: ['all'], schema: WORKLOAD }),
  builtIn('', 'PersistentVolumeClaim', 'persistentvolumeclaims', { shortNames: ['pvc'], subresources: ['status'], schema: WORKLOAD }),
  builtIn('apps', 'Deployment', 'deployments', {
    shortNames: ['deploy'],
    subresources: ['status'],
    categories: ['all'],
    counted: true,
    schema: WORKLOAD,
  }),
  builtIn('coordination.k8s.io', 'Lease', 'leases', { schema: object({ spec: OPEN }) }),
  builtIn('certificates.k8s.io', 'CertificateSigningRequest', 'certificatesigningrequests', {
    namespaced: false,
    shortNames: ['csr'],
    subresources: ['approval', 'status'],
    schema: WORKLOAD,
  }),
  builtIn('storage.k8s.io', 'StorageClass', 'storageclasses', { namespaced: false, shortNames: ['sc'], schema: OPEN }),
  builtIn('admissionregistration.k8s.io', 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', {
    namespaced: false,
    counted: true,
    categories: ['api-extensions'],
    schema: webhookConfiguration('ValidatingWebhookConfiguration'),
  }),
  builtIn('admissionregistration.k8s.io', 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', {
    namespaced: false,
    counted: true,
    categories: ['api-extensions'],
    schema: webhookConfiguration('MutatingWebhookConfiguration'),
  }),
  builtIn('authorization.k8s.io', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews', { namespaced: false, verbs: ['create'], schema: OPEN }),
  builtIn(RBAC, 'ClusterRole', 'clusterroles', { namespaced: false, schema: object({ rules: RULES, aggregationRule: OPEN }) }),
  builtIn(RBAC, 'ClusterRoleBinding', 'clusterrolebindings', { namespaced: false, schema: object({ roleRef: ROLE_REF, subjects: SUBJECTS }) }),
  builtIn(RBAC, 'Role', 'roles', { schema: object({ rules: RULES }) }),
  builtIn(RBAC, 'RoleBinding', 'rolebindings', { schema: object({ roleRef: ROLE_REF, subjects: SUBJECTS }) }),
  builtIn('apiextensions.k8s.io', 'CustomResourceDefinition', 'customresourcedefinitions', {
    namespaced: false,
    shortNames: ['crd', 'crds'],
    subresources: ['status'],
    counted: true,
    schema: object({ spec: OPEN, status: { ...OPEN, properties: { conditions: CONDITIONS } } }),
  }),
];

export const ACCESS_REVIEW = found('SelfSubjectAccessReview');
export const NAMESPACE = found('Namespace');
export const DEFINITION = found('CustomResourceDefinition');

function found(kind: string): Resource {
  const resource = BUILT_INS.find((one) => one.kind === kind);
  if (resource === undefined) throw new Error(`no built-in kind ${kind}`);
  return resource;
}

function object(properties: Json): Json {
  return { type: 'object', properties };
}

/** A kind of a built-in group, namespaced and with nothing special unless told. */
export function builtIn(
  group: string,
  kind: string,
  plural: string,
  rest: Partial<Pick<Resource, 'namespaced' | 'shortNames' | 'subresources' | 'categories' | 'counted' | 'verbs'>> & { readonly schema: Json },
): Resource {
  return {
    group,
    version: 'v1',
    kind,
    plural,
    singular: kind.toLowerCase(),
    namespaced: true,
    shortNames: [],
    categories: [],
    subresources: [],
    custom: false,
    declared: {},
    counted: false,
    ...rest,
  };
}
