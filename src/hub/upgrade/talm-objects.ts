import { createHash } from 'node:crypto';
import type { KubeObject } from '../../kube/objects.ts';
import { CLUSTER_GROUP_UPGRADE, CLUSTER_VERSION, CONFIG_MAP, NAMESPACE } from '../kinds.ts';
import { PLACEMENT_BINDING, POLICY } from '../gitops/kinds.ts';
import type { Target } from './release.ts';

/** Where labwright keeps the policies and roll-outs of upgrades. With a dot, a policy's name has 43 characters left (reference/ztp.md §2.10). */
export const UPGRADE_NAMESPACE = 'labwright-upgrades';

const CLUSTER_SET = 'global';
/** Minutes for one batch: DCI's max_upgrade_time is 170, and a single node takes one. */
const BATCH_MINUTES = 180;

export interface TalmUpgrade {
  readonly target: Target;
  readonly channel: string | undefined;
  /** What is acknowledged for the administrators. */
  readonly gates: readonly string[];
  /** Names, in their order. */
  readonly clusters: readonly string[];
  readonly canaries: readonly string[];
  readonly maxConcurrency: number;
  readonly batches: number;
}

/** The same upgrade has the same names, so that a job that is run again finds its own. */
export function talmNames({ target, clusters }: Pick<TalmUpgrade, 'target' | 'clusters'>): { readonly policy: string; readonly upgrade: string } {
  const hash = createHash('sha256')
    .update(JSON.stringify([target.version, target.image, clusters]))
    .digest('hex')
    .slice(0, 10);
  return { policy: `release-${hash}`, upgrade: `upgrade-${hash}` };
}

/** A policy that holds when the release is rolled out, bound to the clusters; it is enforced by a roll-out only. In order. */
export function policyObjects(upgrade: TalmUpgrade): readonly KubeObject[] {
  const { policy: name } = talmNames(upgrade);
  const metadata = { name, namespace: UPGRADE_NAMESPACE };
  return [
    { ...NAMESPACE, metadata: { name: UPGRADE_NAMESPACE } },
    {
      apiVersion: 'cluster.open-cluster-management.io/v1beta2',
      kind: 'ManagedClusterSetBinding',
      metadata: { name: CLUSTER_SET, namespace: UPGRADE_NAMESPACE },
      spec: { clusterSet: CLUSTER_SET },
    },
    {
      apiVersion: 'cluster.open-cluster-management.io/v1beta1',
      kind: 'Placement',
      metadata,
      spec: {
        clusterSets: [CLUSTER_SET],
        predicates: [{ requiredClusterSelector: { labelSelector: { matchExpressions: [{ key: 'name', operator: 'In', values: [...upgrade.clusters] }] } } }],
      },
    },
    {
      ...PLACEMENT_BINDING,
      metadata,
      placementRef: { apiGroup: 'cluster.open-cluster-management.io', kind: 'Placement', name },
      subjects: [{ apiGroup: 'policy.open-cluster-management.io', kind: 'Policy', name }],
    },
    {
      ...POLICY,
      metadata,
      spec: { disabled: false, remediationAction: 'inform', 'policy-templates': [{ objectDefinition: configurationPolicy(name, upgrade) }] },
    },
  ];
}

function configurationPolicy(name: string, { target, channel, gates }: TalmUpgrade): object {
  const { version, image, force } = target;
  const mustHave = (objectDefinition: object): object => ({ complianceType: 'musthave', objectDefinition });
  const acks =
    gates.length === 0
      ? []
      : [
          mustHave({
            ...CONFIG_MAP,
            metadata: { name: 'admin-acks', namespace: 'openshift-config' },
            data: Object.fromEntries(gates.map((gate) => [gate, 'true'])),
          }),
        ];
  const clusterVersion = {
    ...CLUSTER_VERSION,
    metadata: { name: 'version' },
    spec: { ...(channel !== undefined && { channel }), desiredUpdate: { version, image, ...(force && { force }) } },
    status: { history: [{ version, state: 'Completed' }] },
  };
  return {
    apiVersion: 'policy.open-cluster-management.io/v1',
    kind: 'ConfigurationPolicy',
    metadata: { name },
    spec: { remediationAction: 'inform', severity: 'low', 'object-templates': [...acks, mustHave(clusterVersion)] },
  };
}

/** The roll-out. A batch that is late ends it: nobody is upgraded after a failure. */
export function groupUpgrade(upgrade: TalmUpgrade): KubeObject {
  const { policy, upgrade: name } = talmNames(upgrade);
  const { clusters, canaries, maxConcurrency, batches } = upgrade;
  return {
    ...CLUSTER_GROUP_UPGRADE,
    metadata: { name, namespace: UPGRADE_NAMESPACE },
    spec: {
      enable: true,
      clusters: [...clusters],
      managedPolicies: [policy],
      batchTimeoutAction: 'Abort',
      remediationStrategy: { maxConcurrency, timeout: BATCH_MINUTES * batches, ...(canaries.length > 0 && { canaries: [...canaries] }) },
    },
  };
}
