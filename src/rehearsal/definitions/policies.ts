import type { KubeObject } from '../../kube/objects.ts';
import { crd } from './crd.ts';
import { anything, conditions, flag, integer, labelSelector, list, map, namespaced, object, oneOf, open, text, withDefault } from './schema.ts';

const action = oneOf('Inform', 'inform', 'Enforce', 'enforce');
const compliant = oneOf('Compliant', 'Pending', 'NonCompliant');
const dependency = object({ 'apiVersion!': text, 'kind!': text, 'name!': text, namespace: text, 'compliance!': compliant });
const subject = (...kinds: readonly string[]): ReturnType<typeof object> => object({ 'apiGroup!': text, 'kind!': oneOf(...kinds), 'name!': text });
const clusterChanges = {
  addClusterLabels: map(text),
  addClusterAnnotations: map(text),
  deleteClusterLabels: map(text),
  removeClusterLabels: list(text),
  removeClusterAnnotations: list(text),
};
const AGE = '.metadata.creationTimestamp date';

const policy = crd({
  apiVersion: 'policy.open-cluster-management.io/v1',
  kind: 'Policy',
  plural: 'policies',
  shortNames: ['plc'],
  columns: { 'Remediation action': '.spec.remediationAction', 'Compliance state': '.status.compliant', Age: AGE },
  schema: {
    spec: object({
      'disabled!': flag,
      'policy-templates!': list(object({ 'objectDefinition!': anything, extraDependencies: list(dependency), ignorePending: flag })),
      remediationAction: { ...action, enum: ['Inform', 'inform', 'Enforce', 'enforce', 'InformOnly', 'informOnly', 'informonly'] },
      copyPolicyMetadata: flag,
      dependencies: list(dependency),
      hubTemplateOptions: object({ serviceAccountName: text }),
    }),
    status: open({
      compliant,
      status: list(open({ clustername: text, clusternamespace: text, compliant })),
      placement: list(anything),
      details: list(anything),
    }),
  },
});

const binding = crd({
  apiVersion: 'policy.open-cluster-management.io/v1',
  kind: 'PlacementBinding',
  plural: 'placementbindings',
  shortNames: ['pb'],
  schema: {
    'placementRef!': subject('PlacementRule', 'Placement'),
    'subjects!': list(subject('Policy', 'PolicySet'), { minItems: 1 }),
    bindingOverrides: anything,
    subFilter: oneOf('restricted'),
    status: anything,
  },
});

const upgrade = crd({
  apiVersion: 'ran.openshift.io/v1alpha1',
  kind: 'ClusterGroupUpgrade',
  plural: 'clustergroupupgrades',
  shortNames: ['cgu'],
  columns: { Age: AGE, State: '.status.conditions[-1:].reason', Details: '.status.conditions[-1:].message' },
  schema: {
    spec: object({
      'remediationStrategy!': object({ 'maxConcurrency!': integer, canaries: list(text), timeout: withDefault(integer, 240) }),
      clusters: list(text),
      clusterSelector: list(text),
      clusterLabelSelectors: list(labelSelector),
      managedPolicies: list(text),
      manifestWorkTemplates: list(text),
      enable: withDefault(flag, true),
      backup: withDefault(flag, false),
      preCaching: withDefault(flag, false),
      preCachingConfigRef: namespaced,
      batchTimeoutAction: text,
      blockingCRs: list(namespaced),
      actions: object({
        beforeEnable: object(clusterChanges),
        afterCompletion: object({ ...clusterChanges, deleteObjects: withDefault(flag, true) }),
      }),
    }),
    status: open({ conditions: list(anything), clusters: list(anything), remediationPlan: list(list(text)) }),
  },
});

/** Policies, where they apply, and their roll-out by TALM. */
export function policyDefinitions(): KubeObject[] {
  return [
    policy,
    binding,
    crd({
      apiVersion: 'policy.open-cluster-management.io/v1',
      kind: 'ConfigurationPolicy',
      plural: 'configurationpolicies',
      columns: { 'Compliance state': '.status.compliant' },
      schema: { spec: anything, status: open({ compliant: text, conditions: list(anything) }) },
    }),
    upgrade,
    crd({
      apiVersion: 'lcm.openshift.io/v1alpha1',
      kind: 'ImageBasedGroupUpgrade',
      plural: 'imagebasedgroupupgrades',
      shortNames: ['ibgu'],
      columns: { Age: AGE },
      schema: { spec: anything, status: open({ conditions }) },
    }),
  ];
}
