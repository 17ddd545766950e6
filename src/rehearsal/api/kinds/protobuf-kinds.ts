/**
 * How fields of the kinds that command-line clients send as protobuf are numbered (generated.proto of k8s.io/api and
 * k8s.io/apimachinery). `[]` marks a repeated field, `map:` a map with text keys.
 */
export type Message = Readonly<Record<number, readonly [name: string, type: string]>>;

const METADATA: Message = {
  1: ['name', 'string'],
  2: ['generateName', 'string'],
  3: ['namespace', 'string'],
  5: ['uid', 'string'],
  6: ['resourceVersion', 'string'],
  7: ['generation', 'integer'],
  8: ['creationTimestamp', 'time'],
  9: ['deletionTimestamp', 'time'],
  10: ['deletionGracePeriodSeconds', 'integer'],
  11: ['labels', 'map:string'],
  12: ['annotations', 'map:string'],
  13: ['ownerReferences', 'OwnerReference[]'],
  14: ['finalizers', 'string[]'],
};
const metadata = ['metadata', 'ObjectMeta'] as const;
const binding: Message = { 1: metadata, 2: ['subjects', 'Subject[]'], 3: ['roleRef', 'RoleRef'] };

export const MESSAGES: Readonly<Record<string, Message>> = {
  ObjectMeta: METADATA,
  OwnerReference: {
    1: ['kind', 'string'],
    3: ['name', 'string'],
    4: ['uid', 'string'],
    5: ['apiVersion', 'string'],
    6: ['controller', 'boolean'],
    7: ['blockOwnerDeletion', 'boolean'],
  },
  Namespace: { 1: metadata, 2: ['spec', 'NamespaceSpec'], 3: ['status', 'NamespaceStatus'] },
  NamespaceSpec: { 1: ['finalizers', 'string[]'] },
  NamespaceStatus: { 1: ['phase', 'string'] },
  ConfigMap: { 1: metadata, 2: ['data', 'map:string'], 3: ['binaryData', 'map:bytes'], 4: ['immutable', 'boolean'] },
  Secret: { 1: metadata, 2: ['data', 'map:bytes'], 3: ['type', 'string'], 4: ['stringData', 'map:string'], 5: ['immutable', 'boolean'] },
  ServiceAccount: {
    1: metadata,
    2: ['secrets', 'ObjectReference[]'],
    3: ['imagePullSecrets', 'LocalObjectReference[]'],
    4: ['automountServiceAccountToken', 'boolean'],
  },
  ObjectReference: {
    1: ['kind', 'string'],
    2: ['namespace', 'string'],
    3: ['name', 'string'],
    4: ['uid', 'string'],
    5: ['apiVersion', 'string'],
    6: ['resourceVersion', 'string'],
    7: ['fieldPath', 'string'],
  },
  LocalObjectReference: { 1: ['name', 'string'] },
  Role: { 1: metadata, 2: ['rules', 'PolicyRule[]'] },
  ClusterRole: { 1: metadata, 2: ['rules', 'PolicyRule[]'] },
  RoleBinding: binding,
  ClusterRoleBinding: binding,
  PolicyRule: {
    1: ['verbs', 'string[]'],
    2: ['apiGroups', 'string[]'],
    3: ['resources', 'string[]'],
    4: ['resourceNames', 'string[]'],
    5: ['nonResourceURLs', 'string[]'],
  },
  Subject: { 1: ['kind', 'string'], 2: ['apiGroup', 'string'], 3: ['name', 'string'], 4: ['namespace', 'string'] },
  RoleRef: { 1: ['apiGroup', 'string'], 2: ['kind', 'string'], 3: ['name', 'string'] },
  SelfSubjectAccessReview: { 1: metadata, 2: ['spec', 'SelfSubjectAccessReviewSpec'] },
  SelfSubjectAccessReviewSpec: { 1: ['resourceAttributes', 'ResourceAttributes'] },
  ResourceAttributes: {
    1: ['namespace', 'string'],
    2: ['verb', 'string'],
    3: ['group', 'string'],
    4: ['version', 'string'],
    5: ['resource', 'string'],
    6: ['subresource', 'string'],
    7: ['name', 'string'],
  },
  DeleteOptions: {
    1: ['gracePeriodSeconds', 'integer'],
    2: ['preconditions', 'Preconditions'],
    3: ['orphanDependents', 'boolean'],
    4: ['propagationPolicy', 'string'],
    5: ['dryRun', 'string[]'],
  },
  Preconditions: { 1: ['uid', 'string'], 2: ['resourceVersion', 'string'] },
};
