import type { FieldSpec } from './field-spec.ts';

/** Fields that hold the name of an object of a kind; they follow when it is renamed. */
export interface NameReference {
  readonly to: { readonly kind: string; readonly group?: string; readonly version?: string };
  readonly from: readonly FieldSpec[];
}

/** Where each kind keeps its pod, and the kinds whose references kustomize knows. */
const PODS = { Pod: '', PodTemplate: 'template/', Deployment: 'spec/template/', ReplicaSet: 'spec/template/', DaemonSet: 'spec/template/' } as const;
const MORE_PODS = { StatefulSet: 'spec/template/', Job: 'spec/template/', CronJob: 'spec/jobTemplate/spec/template/' } as const;
const SETTINGS_PODS: Readonly<Record<string, string>> = { ...PODS, ...MORE_PODS };
const ACCOUNT_PODS: Readonly<Record<string, string>> = {
  Pod: '',
  StatefulSet: 'spec/template/',
  Deployment: 'spec/template/',
  ReplicationController: 'spec/template/',
  CronJob: 'spec/jobTemplate/spec/template/',
  Job: 'spec/template/',
  DaemonSet: 'spec/template/',
};
const CLAIM_PODS = ACCOUNT_PODS;

function inPods(pods: Readonly<Record<string, string>>, fields: readonly string[]): FieldSpec[] {
  return Object.entries(pods).flatMap(([kind, prefix]) => fields.map((field) => ({ kind, path: `${prefix}spec/${field}` })));
}

const at = (kind: string, ...paths: readonly string[]): FieldSpec[] => paths.map((path) => ({ kind, path }));

const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';

/** kustomize's builtinpluginconsts/namereference, in its order. Custom kinds are not in it: their references stay as written. */
export const NAME_REFERENCES: readonly NameReference[] = [
  ...['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map((kind) => ({
    to: { kind },
    from: at('HorizontalPodAutoscaler', 'spec/scaleTargetRef/name'),
  })),
  {
    to: { kind: 'ConfigMap', version: 'v1' },
    from: [
      ...inPods(SETTINGS_PODS, [
        'volumes/configMap/name',
        'containers/env/valueFrom/configMapKeyRef/name',
        'initContainers/env/valueFrom/configMapKeyRef/name',
        'containers/envFrom/configMapRef/name',
        'initContainers/envFrom/configMapRef/name',
        'volumes/projected/sources/configMap/name',
      ]),
      ...at('Node', 'spec/configSource/configMap'),
      ...at('Role', 'rules/resourceNames'),
      ...at('ClusterRole', 'rules/resourceNames'),
      ...at('Ingress', String.raw`metadata/annotations/nginx.ingress.kubernetes.io\/fastcgi-params-configmap`),
    ],
  },
  {
    to: { kind: 'Secret', version: 'v1' },
    from: [
      ...inPods(SETTINGS_PODS, [
        'volumes/secret/secretName',
        'containers/env/valueFrom/secretKeyRef/name',
        'initContainers/env/valueFrom/secretKeyRef/name',
        'containers/envFrom/secretRef/name',
        'initContainers/envFrom/secretRef/name',
        'imagePullSecrets/name',
        'volumes/projected/sources/secret/name',
      ]),
      ...at(
        'Ingress',
        'spec/tls/secretName',
        String.raw`metadata/annotations/ingress.kubernetes.io\/auth-secret`,
        String.raw`metadata/annotations/nginx.ingress.kubernetes.io\/auth-secret`,
        String.raw`metadata/annotations/nginx.ingress.kubernetes.io\/auth-tls-secret`,
      ),
      ...at('ServiceAccount', 'imagePullSecrets/name'),
      ...at('StorageClass', 'parameters/secretName', 'parameters/adminSecretName', 'parameters/userSecretName', 'parameters/secretRef'),
      ...at('Role', 'rules/resourceNames'),
      ...at('ClusterRole', 'rules/resourceNames'),
      { kind: 'Service', group: 'serving.knative.dev', version: 'v1', path: 'spec/template/spec/containers/env/valueFrom/secretKeyRef/name' },
      ...at('PersistentVolume', 'spec/azureFile/secretName'),
    ],
  },
  {
    to: { kind: 'Service', version: 'v1' },
    from: [
      { kind: 'StatefulSet', group: 'apps', path: 'spec/serviceName' },
      ...at(
        'Ingress',
        'spec/rules/http/paths/backend/serviceName',
        'spec/backend/serviceName',
        'spec/rules/http/paths/backend/service/name',
        'spec/defaultBackend/service/name',
      ),
      { kind: 'APIService', group: 'apiregistration.k8s.io', path: 'spec/service/name' },
      { kind: 'ValidatingWebhookConfiguration', group: ADMISSION, path: 'webhooks/clientConfig/service' },
      { kind: 'MutatingWebhookConfiguration', group: ADMISSION, path: 'webhooks/clientConfig/service' },
    ],
  },
  { to: { kind: 'Role', group: RBAC }, from: [{ kind: 'RoleBinding', group: RBAC, path: 'roleRef/name' }] },
  {
    to: { kind: 'ClusterRole', group: RBAC },
    from: ['RoleBinding', 'ClusterRoleBinding'].map((kind) => ({ kind, group: RBAC, path: 'roleRef/name' })),
  },
  {
    to: { kind: 'ServiceAccount', version: 'v1' },
    from: [...['RoleBinding', 'ClusterRoleBinding'].map((kind) => ({ kind, group: RBAC, path: 'subjects' })), ...inPods(ACCOUNT_PODS, ['serviceAccountName'])],
  },
  { to: { kind: 'PersistentVolumeClaim', version: 'v1' }, from: inPods(CLAIM_PODS, ['volumes/persistentVolumeClaim/claimName']) },
  { to: { kind: 'PersistentVolume', version: 'v1' }, from: [...at('PersistentVolumeClaim', 'spec/volumeName'), ...at('ClusterRole', 'rules/resourceNames')] },
  {
    to: { kind: 'StorageClass', group: 'storage.k8s.io', version: 'v1' },
    from: [
      ...at('PersistentVolume', 'spec/storageClassName'),
      ...at('PersistentVolumeClaim', 'spec/storageClassName'),
      ...at('StatefulSet', 'spec/volumeClaimTemplates/spec/storageClassName'),
    ],
  },
  { to: { kind: 'PriorityClass', group: 'scheduling.k8s.io', version: 'v1' }, from: inPods(ACCOUNT_PODS, ['priorityClassName']) },
  {
    to: { kind: 'ValidatingAdmissionPolicy', group: ADMISSION },
    from: [{ kind: 'ValidatingAdmissionPolicyBinding', group: ADMISSION, path: 'spec/policyName' }],
  },
];
