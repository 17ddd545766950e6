import type { KubeObject } from '../../kube/objects.ts';
import type { LabPlan } from '../../lab/plan.ts';
import { rfc3339Seconds } from '../controllers/conditions.ts';

export interface SpokeIdentity {
  readonly name: string;
  readonly baseDomain: string;
  readonly clusterId: string;
  /** `4.18.10`. */
  readonly version: string;
}

/** What an installed spoke has of its own, as far as day-2 actions look: its version, its operators, and the plan's nodes, Ready. */
export function spokeContent({ name, clusterId, version }: SpokeIdentity, plan: LabPlan, nowMs: number): readonly KubeObject[] {
  const lastTransitionTime = rfc3339Seconds(nowMs);
  const condition = (type: string, status: string, reason = '', message = ''): object => ({ type, status, reason, message, lastTransitionTime });
  const done = [
    condition('Available', 'True', '', `Done applying ${version}`),
    condition('Failing', 'False'),
    condition('Progressing', 'False', '', `Cluster version is ${version}`),
  ];
  const nodes = plan.clusters.find((cluster) => cluster.name === name)?.nodes ?? [];
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
        availableUpdates: null,
        conditions: done,
      },
    },
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
