import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { renderKustomization } from '../render-kustomization.ts';

const SOURCE = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: ns, annotations: {wave: "1"}}\ndata: {a: "1", b: "2"}\n';
const GROUP = 'policy.open-cluster-management.io';

function render(generator: string, files: Readonly<Record<string, string>> = {}): ReturnType<typeof renderKustomization> {
  const head = `apiVersion: ${GROUP}/v1\nkind: PolicyGenerator\nmetadata: {name: common}\n`;
  const all = { 'kustomization.yaml': 'generators: [policies.yaml]', 'policies.yaml': head + generator, 'source-crs/settings.yaml': SOURCE, ...files };
  return renderKustomization({ files: new Map(Object.entries(all)), path: '' });
}

function mistakes(generator: string, files: Readonly<Record<string, string>> = {}): string[] {
  return render(generator, files).diagnostics.map(({ at, message }) => `${at?.path}:${at?.line} ${message}`);
}

const objects = (text: string): unknown[] => parseAllDocuments(text).map((document) => document.toJS() as unknown);

test('a policy wraps its patched manifests, and is bound to the clusters of its placement', () => {
  const generator = `
policyDefaults:
  namespace: ztp-common
  placement: {labelSelector: {sites: "", common: "true"}}
  remediationAction: inform
  severity: low
  namespaceSelector: {exclude: ["kube-*"], include: ["*"]}
  evaluationInterval: {compliant: 10m, noncompliant: 10s}
policies:
  - name: common-config
    policyAnnotations: {ran.openshift.io/ztp-deploy-wave: "1"}
    policyLabels: {team: lab}
    manifests:
      - path: source-crs/settings.yaml
        patches:
          - metadata: {annotations: {wave: null, by: patch}, name: renamed}
            data: {a: null, c: "3"}
`;
  const expected = `
apiVersion: cluster.open-cluster-management.io/v1beta1
kind: Placement
metadata: {name: placement-common-config, namespace: ztp-common}
spec:
  predicates:
    - requiredClusterSelector:
        labelSelector:
          matchExpressions: [{key: common, operator: In, values: ["true"]}, {key: sites, operator: Exists}]
  tolerations: [{key: cluster.open-cluster-management.io/unreachable, operator: Exists}]
---
apiVersion: ${GROUP}/v1
kind: PlacementBinding
metadata: {name: binding-common-config, namespace: ztp-common}
placementRef: {apiGroup: cluster.open-cluster-management.io, kind: Placement, name: placement-common-config}
subjects: [{apiGroup: ${GROUP}, kind: Policy, name: common-config}]
---
apiVersion: ${GROUP}/v1
kind: Policy
metadata:
  name: common-config
  namespace: ztp-common
  labels: {team: lab}
  annotations:
    ran.openshift.io/ztp-deploy-wave: "1"
    ${GROUP}/categories: CM Configuration Management
    ${GROUP}/controls: CM-2 Baseline Configuration
    ${GROUP}/standards: NIST SP 800-53
    ${GROUP}/description: ""
spec:
  disabled: false
  remediationAction: inform
  policy-templates:
    - objectDefinition:
        apiVersion: ${GROUP}/v1
        kind: ConfigurationPolicy
        metadata: {name: common-config}
        spec:
          remediationAction: inform
          severity: low
          evaluationInterval: {compliant: 10m, noncompliant: 10s}
          namespaceSelector: {exclude: ["kube-*"], include: ["*"]}
          object-templates:
            - complianceType: musthave
              objectDefinition:
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: renamed, namespace: ns, annotations: {wave: "null", by: patch}}
                data: {b: "2", c: "3"}
`;
  const rendering = render(generator);
  assert.deepEqual(rendering.diagnostics, []);
  assert.deepEqual(rendering.objects, objects(expected));
});

test('one ConfigurationPolicy around each manifest carries a number, and can wait for the one before', () => {
  const generator = `
placementBindingDefaults: {name: bound}
policyDefaults:
  namespace: n
  orderPolicies: true
  placement: {name: everywhere}
policies:
  - {name: one, orderManifests: true, manifests: [{path: source-crs, severity: high}, {path: source-crs/settings.yaml, complianceType: mustnothave}]}
  - {name: two, manifests: [{path: source-crs/settings.yaml}], ignorePending: true, extraDependencies: [{name: x, kind: ConfigurationPolicy}]}
`;
  const { objects: rendered, diagnostics } = render(generator);
  assert.deepEqual(diagnostics, []);
  const kinds = rendered?.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  assert.deepEqual(kinds, ['Placement/everywhere', 'PlacementBinding/bound', 'Policy/one', 'Policy/two']);
  const [, , one, two] = rendered! as unknown as { spec: Record<string, unknown> & { 'policy-templates': Record<string, never>[] } }[];
  assert.deepEqual(
    one!.spec['policy-templates'].map(({ objectDefinition }) => (objectDefinition as unknown as { metadata: { name: string } }).metadata.name),
    ['one', 'one2'],
  );
  const waits = { apiVersion: `${GROUP}/v1`, compliance: 'Compliant', kind: 'ConfigurationPolicy' };
  assert.deepEqual(one!.spec['policy-templates'][1]!['extraDependencies'], [{ ...waits, name: 'one' }]);
  assert.deepEqual(two!.spec['policy-templates'][0]!['extraDependencies'], [{ ...waits, name: 'x' }]);
  assert.equal(two!.spec['policy-templates'][0]!['ignorePending'], true);
  assert.deepEqual(two!.spec['dependencies'], [{ ...waits, kind: 'Policy', name: 'one', namespace: 'n' }]);
});

test('what the generator cannot make is refused where it stands', () => {
  const long = 'x'.repeat(62);
  assert.deepEqual(mistakes(`policyDefaults: {namespace: n, placement: {clusterSelectors: {a: b}}}\npolicies: []\n`), [
    'policies.yaml:4 clusterSelectors of a PolicyGenerator is not rendered',
  ]);
  assert.deepEqual(
    mistakes(`policyDefaults: {namespace: n}\npolicies:\n- name: ${long}\n  manifests:\n  - {path: missing.yaml}\n  - {path: kyverno.yaml, severity: high}\n`, {
      'kyverno.yaml': 'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: k}\n',
    }),
    [
      `policies.yaml:6 n.${long} is longer than 63 letters`,
      'policies.yaml:9 severity of a manifest differs, but all are in one ConfigurationPolicy',
      'policies.yaml:8 there is no missing.yaml',
      'policies.yaml:9 policies of kyverno.io are not rendered as manifests',
      `policies.yaml:6 policy ${long} has no manifest`,
    ],
  );
  assert.deepEqual(mistakes('policyDefaults: {namespace: n, remediation: inform}\npolicies:\n- {name: a, manifests: [{path: source-crs}]}\n'), [
    'policies.yaml:4 unknown key "remediation" in policyDefaults',
  ]);
});
