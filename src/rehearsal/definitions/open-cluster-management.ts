import type { KubeObject } from '../../kube/objects.ts';
import { crd } from './crd.ts';
import { anything, bothNamed, conditions, flag, integer, keyed, labelSelector, list, map, object, oneOf, open, text, time, withDefault } from './schema.ts';

const AGE = '.metadata.creationTimestamp date';
const effect = oneOf('NoSelect', 'PreferNoSelect', 'NoSelectIfNew');
const addOn = object({ enabled: flag, proxyPolicy: oneOf('Disabled', 'OCPGlobalProxy', 'CustomProxy') });
const quantities = map({ 'x-kubernetes-int-or-string': true });
const ofType = (type: string): string => `.status.conditions[?(@.type=="${type}")].status`;

const clusters = [
  crd({
    apiVersion: 'cluster.open-cluster-management.io/v1',
    kind: 'ManagedCluster',
    plural: 'managedclusters',
    scope: 'Cluster',
    shortNames: ['mcl', 'mcls'],
    columns: {
      'Hub Accepted': '.spec.hubAcceptsClient boolean',
      Joined: ofType('ManagedClusterJoined'),
      Available: ofType('ManagedClusterConditionAvailable'),
      Age: AGE,
    },
    schema: {
      spec: object({
        hubAcceptsClient: flag,
        leaseDurationSeconds: withDefault({ ...integer, format: 'int32' }, 60),
        managedClusterClientConfigs: list(object({ 'url!': text, caBundle: { ...text, format: 'byte' } })),
        taints: list(object({ 'key!': text, 'effect!': effect, value: text, timeAdded: { ...time, nullable: true } })),
      }),
      status: open({
        conditions,
        version: object({ kubernetes: text }),
        capacity: quantities,
        allocatable: quantities,
        clusterClaims: list(object({ name: text, value: text })),
      }),
    },
  }),
  crd({
    apiVersion: 'cluster.open-cluster-management.io/v1beta1',
    kind: 'ClusterCurator',
    plural: 'clustercurators',
    hasStatusPath: false,
    schema: {
      spec: open({
        curatorJob: text,
        desiredCuration: oneOf('install', 'scale', 'upgrade', 'destroy', 'delete-cluster-namespace'),
        upgrade: open({ channel: text, desiredUpdate: text, intermediateUpdate: text, upstream: text, monitorTimeout: withDefault(integer, 120) }),
      }),
      status: open({ conditions }),
    },
  }),
  crd({
    apiVersion: 'cluster.open-cluster-management.io/v1beta2',
    kind: 'ManagedClusterSet',
    plural: 'managedclustersets',
    scope: 'Cluster',
    shortNames: ['mclset', 'mclsets'],
    columns: { Empty: ofType('ClusterSetEmpty'), Age: AGE },
    schema: {
      spec: withDefault(
        open({
          clusterSelector: withDefault(
            object({ 'selectorType!': withDefault(oneOf('ExclusiveClusterSetLabel', 'LabelSelector'), 'ExclusiveClusterSetLabel'), labelSelector }),
            { selectorType: 'ExclusiveClusterSetLabel' },
          ),
        }),
        { clusterSelector: { selectorType: 'ExclusiveClusterSetLabel' } },
      ),
      status: open({ conditions: list(anything) }),
    },
  }),
  crd({
    apiVersion: 'cluster.open-cluster-management.io/v1beta2',
    kind: 'ManagedClusterSetBinding',
    plural: 'managedclustersetbindings',
    shortNames: ['mclsetbinding', 'mclsetbindings'],
    schema: { spec: object({ clusterSet: { ...text, minLength: 1 } }), status: open({ conditions: list(anything) }) },
  }),
  crd({
    apiVersion: 'agent.open-cluster-management.io/v1',
    kind: 'KlusterletAddonConfig',
    plural: 'klusterletaddonconfigs',
    schema: {
      spec: object({
        'applicationManager!': addOn,
        'certPolicyController!': addOn,
        'policyController!': addOn,
        'searchCollector!': addOn,
        iamPolicyController: addOn,
        clusterName: { ...text, minLength: 1 },
        clusterNamespace: { ...text, minLength: 1 },
        clusterLabels: map(text),
        proxyConfig: object({ httpProxy: text, httpsProxy: text, noProxy: text }),
        version: text,
      }),
      status: open({ conditions: list(anything) }),
    },
  }),
  crd({
    apiVersion: 'addon.open-cluster-management.io/v1alpha1',
    kind: 'ManagedClusterAddOn',
    plural: 'managedclusteraddons',
    shortNames: ['mca', 'mcas'],
    columns: { Available: ofType('Available'), Degraded: ofType('Degraded'), Progressing: ofType('Progressing') },
    schema: {
      'spec!': object({
        installNamespace: withDefault(text, 'open-cluster-management-agent-addon'),
        configs: list(object({ group: withDefault(text, ''), 'resource!': text, namespace: text, 'name!': text })),
      }),
      status: open({ conditions, healthCheck: object({ mode: withDefault(oneOf('Lease', 'Customized'), 'Lease') }) }),
    },
  }),
];

const placement = crd({
  apiVersion: 'cluster.open-cluster-management.io/v1beta1',
  kind: 'Placement',
  plural: 'placements',
  columns: {
    Succeeded: ofType('PlacementSatisfied'),
    Reason: '.status.conditions[?(@.type=="PlacementSatisfied")].reason',
    SelectedClusters: '.status.numberOfSelectedClusters integer',
  },
  schema: {
    'spec!': open({
      clusterSets: list(text),
      numberOfClusters: { ...integer, format: 'int32' },
      predicates: list(open({ requiredClusterSelector: open({ labelSelector }) })),
      tolerations: list(object({ key: text, operator: withDefault(text, 'Equal'), value: text, effect, tolerationSeconds: { ...integer, format: 'int64' } })),
      scoreRateLimit: withDefault(text, '1m'),
      sortBy: withDefault(oneOf('ClusterName', 'Score'), 'ClusterName'),
    }),
    status: open({ conditions, numberOfSelectedClusters: { ...integer, format: 'int32' } }),
  },
});

const decision = crd({
  apiVersion: 'cluster.open-cluster-management.io/v1beta1',
  kind: 'PlacementDecision',
  plural: 'placementdecisions',
  schema: { status: object({ 'decisions!': list(object({ 'clusterName!': text, 'reason!': text, score: { ...integer, format: 'int64' } })) }) },
});

const work = [
  crd({
    apiVersion: 'work.open-cluster-management.io/v1',
    kind: 'ManifestWork',
    plural: 'manifestworks',
    schema: {
      spec: open({
        workload: object({ manifests: list({ ...anything, 'x-kubernetes-embedded-resource': true }) }),
        deleteOption: open({ 'propagationPolicy!': withDefault(oneOf('Foreground', 'Orphan', 'SelectivelyOrphan'), 'Foreground') }),
        executor: open({ subject: open({ 'type!': text, serviceAccount: bothNamed }) }),
      }),
      status: open({ conditions }),
    },
  }),
  crd({
    apiVersion: 'work.open-cluster-management.io/v1',
    kind: 'AppliedManifestWork',
    plural: 'appliedmanifestworks',
    scope: 'Cluster',
    schema: {
      spec: object({ 'hubHash!': text, 'manifestWorkName!': text, agentID: text }),
      status: open({
        appliedResources: list(object({ group: text, 'version!': text, 'resource!': text, namespace: text, 'name!': text, uid: text })),
        evictionStartTime: time,
      }),
    },
  }),
];

const components = keyed(['name'], open({ 'name!': text, 'enabled!': flag }));
const operatorSpec = open({
  availabilityConfig: text,
  imagePullSecret: text,
  localClusterName: withDefault(text, 'local-cluster'),
  networkPolicies: object({ 'enabled!': withDefault(flag, true) }),
  nodeSelector: map(text),
  overrides: open({ components, imagePullPolicy: text }),
});
const operatorStatus = open({ phase: text, currentVersion: text, desiredVersion: text, conditions: list(anything) });
const operatorColumns = { Status: '.status.phase', Age: AGE, CurrentVersion: '.status.currentVersion', DesiredVersion: '.status.desiredVersion' };

const operators = [
  crd({
    apiVersion: 'operator.open-cluster-management.io/v1',
    kind: 'MultiClusterHub',
    plural: 'multiclusterhubs',
    shortNames: ['mch'],
    columns: operatorColumns,
    schema: { spec: operatorSpec, status: operatorStatus },
  }),
  crd({
    apiVersion: 'multicluster.openshift.io/v1',
    kind: 'MultiClusterEngine',
    plural: 'multiclusterengines',
    scope: 'Cluster',
    shortNames: ['mce'],
    columns: operatorColumns,
    schema: { spec: operatorSpec, status: operatorStatus },
  }),
  crd({
    apiVersion: 'operator.open-cluster-management.io/v1',
    kind: 'Klusterlet',
    plural: 'klusterlets',
    scope: 'Cluster',
    schema: { spec: open({ clusterName: text, namespace: text }), status: open({ conditions }) },
  }),
];

/** Managed clusters, what is sent to them, and the operators of the hub. */
export function managementDefinitions(): KubeObject[] {
  return [...clusters, placement, decision, ...work, ...operators];
}
