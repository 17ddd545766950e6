import { stringify } from 'yaml';
import type { KubeObject } from '../kube/objects.ts';
import type { LabPlan } from '../lab/plan.ts';
import { renderClusterInstance } from './cluster-instance.ts';

/**
 * A spoke of the plan as files of a sites repository: `<cluster>/sites` with its ClusterInstance, `<cluster>/policies` with one
 * policy bound to it (layout of reference/ztp.md §4.1).
 *
 * The ClusterImageSet is a placeholder: each job puts its own release there.
 */
export function renderSiteFiles(plan: LabPlan, cluster: string): Readonly<Record<string, string>> {
  const folder = (part: string, objects: Readonly<Record<string, readonly KubeObject[]>>): [string, string][] => [
    [`${cluster}/${part}/kustomization.yaml`, yaml([{ resources: Object.keys(objects) }])],
    ...Object.entries(objects).map(([name, documents]): [string, string] => [`${cluster}/${part}/${name}`, yaml(documents)]),
  ];
  return Object.fromEntries([...folder('sites', { 'clusterinstance.yaml': [instance(plan, cluster)] }), ...folder('policies', policies(cluster))]);
}

function instance(plan: LabPlan, cluster: string): KubeObject {
  const rendered = renderClusterInstance(plan, { cluster, clusterImageSet: 'openshift', sshPublicKey: undefined, step: '' });
  const { holdInstallation: _held, extraAnnotations: _step, ...spec } = rendered['spec'] as Record<string, unknown>;
  return { ...rendered, spec: { ...spec, extraLabels: { ManagedCluster: { sites: cluster } } } };
}

function policies(cluster: string): Readonly<Record<string, readonly KubeObject[]>> {
  const namespace = `${cluster}-policies`;
  const policyApi = 'policy.open-cluster-management.io/v1';
  const clusterApi = 'cluster.open-cluster-management.io';
  const selector = { labelSelector: { matchLabels: { sites: cluster } } };
  return {
    'namespace.yaml': [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      { apiVersion: `${clusterApi}/v1beta2`, kind: 'ManagedClusterSetBinding', metadata: { name: 'global', namespace }, spec: { clusterSet: 'global' } },
    ],
    'placement.yaml': [
      {
        apiVersion: `${clusterApi}/v1beta1`,
        kind: 'Placement',
        metadata: { name: cluster, namespace },
        spec: { clusterSets: ['global'], predicates: [{ requiredClusterSelector: selector }] },
      },
      {
        apiVersion: policyApi,
        kind: 'PlacementBinding',
        metadata: { name: cluster, namespace },
        placementRef: { apiGroup: clusterApi, kind: 'Placement', name: cluster },
        subjects: [{ apiGroup: 'policy.open-cluster-management.io', kind: 'Policy', name: 'monitoring' }],
      },
    ],
    'monitoring.yaml': [monitoring(namespace)],
  };
}

/** Less of the monitoring stack, as telco sites have it. */
function monitoring(namespace: string): KubeObject {
  const apiVersion = 'policy.open-cluster-management.io/v1';
  const config = stringify({ alertmanagerMain: { enabled: false }, prometheusK8s: { retention: '24h' } });
  return {
    apiVersion,
    kind: 'Policy',
    metadata: { name: 'monitoring', namespace, annotations: { 'ran.openshift.io/ztp-deploy-wave': '1' } },
    spec: {
      disabled: false,
      remediationAction: 'inform',
      'policy-templates': [
        {
          objectDefinition: {
            apiVersion,
            kind: 'ConfigurationPolicy',
            metadata: { name: 'monitoring' },
            spec: {
              remediationAction: 'inform',
              severity: 'low',
              'object-templates': [
                {
                  complianceType: 'musthave',
                  objectDefinition: {
                    apiVersion: 'v1',
                    kind: 'ConfigMap',
                    metadata: { name: 'cluster-monitoring-config', namespace: 'openshift-monitoring' },
                    data: { 'config.yaml': config },
                  },
                },
              ],
            },
          },
        },
      ],
    },
  };
}

function yaml(documents: readonly object[]): string {
  return documents.map((one) => stringify(one, { aliasDuplicateObjects: false })).join('---\n');
}
