import type { KubeObject } from '../../kube/objects.ts';
import type { LabPlan } from '../../lab/plan.ts';
import { rfc3339Seconds } from '../controllers/conditions.ts';
import { ADMIN_GATES } from '../controllers/spoke/kinds.ts';
import { availableUpdates } from '../controllers/spoke/update-graph.ts';
import { operatorsOf } from '../controllers/spoke/spoke-operators.ts';

export interface SpokeIdentity {
  readonly name: string;
  readonly baseDomain: string;
  readonly clusterId: string;
  /** `4.18.10`. */
  readonly version: string;
}

/**
 * What an installed spoke has of its own, as far as day-2 actions look: its version, operators and machine config pools,
 * what is to be acknowledged before its next minor version, and the plan's nodes, Ready.
 *
 * `paused`: somebody has paused the pool of its control plane.
 */
export function spokeContent(
  { name, clusterId, version }: SpokeIdentity,
  { plan, paused, nowMs }: { readonly plan: LabPlan; readonly paused: boolean; readonly nowMs: number },
): readonly KubeObject[] {
  const lastTransitionTime = rfc3339Seconds(nowMs);
  const condition = (type: string, status: string, reason = '', message = ''): object => ({ type, status, reason, message, lastTransitionTime });
  const done = [
    condition('Available', 'True', '', `Done applying ${version}`),
    condition('Failing', 'False'),
    condition('Progressing', 'False', '', `Cluster version is ${version}`),
  ];
  const nodes = plan.clusters.find((cluster) => cluster.name === name)?.nodes ?? [];
  const workers = nodes.filter(({ role }) => role === 'worker').length;
  const pools = { master: nodes.length - workers, worker: workers };
  return [
    {
      apiVersion: 'config.openshift.io/v1',
      kind: 'ClusterVersion',
      metadata: { name: 'version' },
      spec: { clusterID: clusterId, channel: `stable-${version.split('.').slice(0, 2).join('.')}` },
      status: {
        desired: { version, image: '' },
        history: [{ state: 'Completed', version, image: '', verified: false, startedTime: lastTransitionTime, completionTime: lastTransitionTime }],
        observedGeneration: 1,
        versionHash: '',
        availableUpdates: availableUpdates(version),
        conditions: done,
      },
    },
    ...operatorsOf(version, pools, paused, nowMs),
    ...[ADMIN_GATES.namespace, 'openshift-config'].map((namespace): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: ADMIN_GATES.name, namespace: ADMIN_GATES.namespace }, data: adminGates(version) },
    ...nodes.map(({ name: node, role, addresses }): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: node, labels: { [`node-role.kubernetes.io/${role === 'worker' ? 'worker' : 'master'}`]: '' } },
      status: {
        addresses: addresses.map((address) => ({ type: 'InternalIP', address })),
        conditions: [condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status')],
      },
    })),
  ];
}

/** One gate to the next minor version, named as OpenShift names them (reference/ztp.md §5.6). */
function adminGates(version: string): Readonly<Record<string, string>> {
  const [major = 4, minor = 0] = version.split('.').map(Number);
  const next = `${major}.${minor + 1}`;
  const kubernetes = `1.${minor + 14}`;
  const message = `Kubernetes ${kubernetes} and therefore OpenShift ${next} remove several APIs which require admin consideration`;
  return { [`ack-${major}.${minor}-kube-${kubernetes}-api-removals-in-${next}`]: message };
}
