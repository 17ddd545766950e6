import type { ClusterInstanceSpec, NodeSpec } from '../siteconfig/cluster-instance.ts';
import type { KeyPath } from '../../util/source-file.ts';

/** What a later layer will say about a ClusterInstance, minutes after the operator has taken it. */
export interface Finding {
  /** `assisted-service`: refused by a validation of that id. `documentation`: against what the product documents (reference/ztp.md §3.2). */
  readonly layer: 'assisted-service' | 'documentation';
  /** The validation's own id, or ours for documented rules. */
  readonly id: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint: string;
  /** Where in the ClusterInstance. */
  readonly keys: KeyPath;
}

/** A rule: pure, all it needs is the spec with its defaults. */
export type Rule = (spec: ClusterInstanceSpec) => readonly Finding[];

export function countRole({ nodes }: ClusterInstanceSpec, role: NodeSpec['role']): number {
  return nodes.filter((node) => node.role === role).length;
}

/** One node that is its own control plane: its VIPs are its address. */
export function isSingleNode(spec: ClusterInstanceSpec): boolean {
  return spec.clusterType === 'SNO' || (spec.clusterType === undefined && countRole(spec, 'master') === 1);
}

/** Its nodes bring their own load balancer, or are nobody's business. */
export function needsVips(spec: ClusterInstanceSpec): boolean {
  return !isSingleNode(spec) && spec.clusterType !== 'HostedControlPlane' && spec.platformType !== 'None' && spec.platformType !== 'External';
}
