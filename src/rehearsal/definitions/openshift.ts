import type { KubeObject } from '../../kube/objects.ts';
import { crd } from './crd.ts';
import { anything, flag, integer, keyed, list, object, open, text, time } from './schema.ts';

const conditions = keyed(['type'], object({ 'type!': text, 'status!': text, 'lastTransitionTime!': time, reason: text, message: text }));
const release = object({
  'version!': text,
  'image!': text,
  url: text,
  architecture: text,
  channels: list(text, { 'x-kubernetes-list-type': 'set' }),
});
const ofType = (type: string): string => `.status.conditions[?(@.type=="${type}")].status`;

const clusterVersion = crd({
  apiVersion: 'config.openshift.io/v1',
  kind: 'ClusterVersion',
  plural: 'clusterversions',
  scope: 'Cluster',
  columns: {
    Version: '.status.history[?(@.state=="Completed")].version',
    Available: ofType('Available'),
    Progressing: ofType('Progressing'),
    Since: '.status.conditions[?(@.type=="Progressing")].lastTransitionTime date',
    Status: '.status.conditions[?(@.type=="Progressing")].message',
  },
  schema: {
    'spec!': open({
      'clusterID!': text,
      channel: text,
      upstream: text,
      desiredUpdate: object({ version: text, image: text, force: flag, architecture: text }),
    }),
    status: open({
      'desired!': release,
      'observedGeneration!': { ...integer, format: 'int64' },
      'versionHash!': text,
      'availableUpdates!': list(release, { nullable: true }),
      conditions,
      history: list(
        object({
          'state!': text,
          'startedTime!': time,
          'completionTime!': { ...time, nullable: true },
          version: text,
          'image!': text,
          'verified!': flag,
          acceptedRisks: text,
        }),
      ),
    }),
  },
});

const clusterOperator = crd({
  apiVersion: 'config.openshift.io/v1',
  kind: 'ClusterOperator',
  plural: 'clusteroperators',
  scope: 'Cluster',
  shortNames: ['co'],
  columns: {
    Version: '.status.versions[?(@.name=="operator")].version',
    Available: ofType('Available'),
    Progressing: ofType('Progressing'),
    Degraded: ofType('Degraded'),
    Since: '.status.conditions[?(@.type=="Available")].lastTransitionTime date',
  },
  schema: {
    'spec!': anything,
    status: open({ conditions, versions: list(object({ 'name!': text, 'version!': text })), relatedObjects: list(anything) }),
  },
});

/** Kinds that are only looked at or passed on: everything in them is kept. */
const OTHERS: readonly (readonly [apiVersion: string, kind: string, plural: string, scope: 'Namespaced' | 'Cluster', shortNames: string])[] = [
  ['config.openshift.io/v1', 'ImageDigestMirrorSet', 'imagedigestmirrorsets', 'Cluster', 'idms'],
  ['config.openshift.io/v1', 'ImageTagMirrorSet', 'imagetagmirrorsets', 'Cluster', 'itms'],
  ['operator.openshift.io/v1alpha1', 'ImageContentSourcePolicy', 'imagecontentsourcepolicies', 'Cluster', ''],
  ['machineconfiguration.openshift.io/v1', 'MachineConfigPool', 'machineconfigpools', 'Cluster', 'mcp'],
  ['operators.coreos.com/v1alpha1', 'CatalogSource', 'catalogsources', 'Namespaced', 'catsrc'],
  ['operators.coreos.com/v1alpha1', 'ClusterServiceVersion', 'clusterserviceversions', 'Namespaced', 'csv,csvs'],
  ['operators.coreos.com/v1alpha1', 'Subscription', 'subscriptions', 'Namespaced', 'sub,subs'],
  ['operators.coreos.com/v1alpha1', 'InstallPlan', 'installplans', 'Namespaced', 'ip'],
  ['operators.coreos.com/v1', 'OperatorGroup', 'operatorgroups', 'Namespaced', 'og'],
  ['route.openshift.io/v1', 'Route', 'routes', 'Namespaced', ''],
];

/** OpenShift itself: version, operators, mirrors, and the operator lifecycle. */
export function openshiftDefinitions(): KubeObject[] {
  const others = OTHERS.map(([apiVersion, kind, plural, scope, shortNames]) =>
    crd({
      apiVersion,
      kind,
      plural,
      scope,
      ...(shortNames === '' ? {} : { shortNames: shortNames.split(',') }),
      schema: { spec: anything, status: anything },
    }),
  );
  return [
    clusterVersion,
    clusterOperator,
    ...others,
    crd({
      apiVersion: 'machineconfiguration.openshift.io/v1',
      kind: 'MachineConfig',
      plural: 'machineconfigs',
      scope: 'Cluster',
      shortNames: ['mc'],
      hasStatusPath: false,
      schema: { spec: anything },
    }),
  ];
}
