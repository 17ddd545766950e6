import type { KubeObject } from '../../kube/objects.ts';
import { crd } from './crd.ts';
import { anything, flag, integer, list, map, object, open, text, time, type Schema } from './schema.ts';

const count: Schema = { ...integer, format: 'int64' };
const target = object({ group: text, version: text, kind: text, name: text, namespace: text, labelSelector: text, annotationSelector: text });

const source = object({
  'repoURL!': text,
  path: text,
  targetRevision: text,
  ref: text,
  name: text,
  chart: text,
  tagPrefix: text,
  directory: anything,
  helm: anything,
  plugin: anything,
  kustomize: object({
    namePrefix: text,
    nameSuffix: text,
    namespace: text,
    commonLabels: map(text),
    commonAnnotations: map(text),
    images: list(text),
    components: list(text),
    patches: list(object({ path: text, patch: text, target, options: map(flag) })),
    version: text,
  }),
});

const destination = object({ server: text, name: text, namespace: text });
const info = list(object({ 'name!': text, 'value!': text }));
const retry = object({ limit: count, refresh: flag, backoff: object({ duration: text, factor: count, maxDuration: text }) });

const operation = object({
  info,
  initiatedBy: object({ username: text, automated: flag }),
  retry,
  sync: object({
    revision: text,
    revisions: list(text),
    prune: flag,
    dryRun: flag,
    syncStrategy: anything,
    resources: list(object({ 'kind!': text, 'name!': text, group: text, namespace: text, exclude: flag })),
    source,
    sources: list(source),
    manifests: list(text),
    syncOptions: list(text),
    autoHealAttemptsCount: count,
  }),
});

const syncResult = open({
  'revision!': text,
  source,
  resources: list(
    open({
      'group!': text,
      'version!': text,
      'kind!': text,
      'namespace!': text,
      'name!': text,
      status: text,
      message: text,
      syncPhase: text,
      hookPhase: text,
    }),
  ),
});

const ignoreDifferences = list(
  object({
    'kind!': text,
    group: text,
    name: text,
    namespace: text,
    jsonPointers: list(text),
    jqPathExpressions: list(text),
    managedFieldsManagers: list(text),
  }),
);

const application = crd({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  plural: 'applications',
  shortNames: ['app', 'apps'],
  hasStatusPath: false,
  columns: { 'Sync Status': '.status.sync.status', 'Health Status': '.status.health.status' },
  schema: {
    'spec!': object({
      'destination!': destination,
      'project!': text,
      source,
      sources: list(source),
      syncPolicy: object({
        automated: object({ prune: flag, selfHeal: flag, allowEmpty: flag, enabled: flag }),
        syncOptions: list(text),
        managedNamespaceMetadata: object({ labels: map(text), annotations: map(text) }),
        retry,
      }),
      ignoreDifferences,
      info,
      revisionHistoryLimit: count,
    }),
    operation,
    status: open({
      conditions: list(object({ 'type!': text, 'message!': text, lastTransitionTime: time })),
      health: object({ status: text, message: text, lastTransitionTime: time }),
      operationState: open({ 'operation!': operation, 'phase!': text, 'startedAt!': time, message: text, finishedAt: time, retryCount: count, syncResult }),
      resources: list(
        open({ group: text, version: text, kind: text, namespace: text, name: text, status: text, requiresPruning: flag, hook: flag, syncWave: count }),
      ),
      sync: open({ 'status!': text, revision: text }),
      reconciledAt: time,
      sourceType: text,
    }),
  },
});

const groupKinds = list(object({ 'group!': text, 'kind!': text }));
const clusterKinds = list(object({ 'group!': text, 'kind!': text, name: text }));

const project = crd({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AppProject',
  plural: 'appprojects',
  shortNames: ['appproj', 'appprojs'],
  hasStatusPath: false,
  schema: {
    'spec!': object({
      description: text,
      sourceRepos: list(text),
      sourceNamespaces: list(text),
      destinations: list(destination),
      clusterResourceWhitelist: clusterKinds,
      clusterResourceBlacklist: clusterKinds,
      namespaceResourceWhitelist: groupKinds,
      namespaceResourceBlacklist: groupKinds,
      orphanedResources: anything,
      permitOnlyProjectScopedClusters: flag,
      roles: list(anything),
      signatureKeys: list(object({ 'keyID!': text })),
      syncWindows: list(anything),
    }),
    status: open({}),
  },
});

/** Argo CD, as OpenShift GitOps brings it to a hub (reference/ztp.md §4.1). */
export function argoDefinitions(): KubeObject[] {
  return [application, project];
}
