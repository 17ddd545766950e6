import { objectPath, type KubeObject } from '../../kube/objects.ts';
import type { WaitingOn } from '../../util/step.ts';
import { CLUSTER_OPERATOR, CLUSTER_VERSION, MACHINE_CONFIG_POOL, NODE, refTo } from '../kinds.ts';
import { conditionOf, numberAt, valueAt } from '../read-object.ts';

/** What of a cluster an upgrade looks at. */
export const HEALTH_KINDS = [CLUSTER_VERSION, CLUSTER_OPERATOR, MACHINE_CONFIG_POOL, NODE] as const;

/** Something of a cluster that is not as it should be. */
export interface Trouble {
  readonly on: WaitingOn;
  /** It does not pass by itself. */
  readonly final: boolean;
  readonly hint: string;
}

export function clusterVersionIn(seen: readonly KubeObject[]): KubeObject | undefined {
  return seen.find(({ kind }) => kind === CLUSTER_VERSION.kind);
}

/** Operators that are degraded or away, pools that are paused, degraded or behind, nodes that are not Ready. */
export function troublesOf(seen: readonly KubeObject[]): readonly Trouble[] {
  return [
    ...seen.filter(isKind(MACHINE_CONFIG_POOL.kind)).flatMap(poolTroubles),
    ...seen.filter(isKind(CLUSTER_OPERATOR.kind)).flatMap(operatorTroubles),
    ...seen.filter(isKind(NODE.kind)).flatMap(nodeTroubles),
  ];
}

export function poolTroubles(pool: KubeObject): readonly Trouble[] {
  const { name } = pool.metadata;
  const object = objectPath(refTo(MACHINE_CONFIG_POOL, name));
  const found: Trouble[] = [];
  if (valueAt(pool, 'spec', 'paused') === true) {
    const message = 'spec.paused is true: its machines get no new configuration';
    found.push({
      on: { object, condition: 'Paused', reason: 'Paused', message },
      final: true,
      hint: `see who paused it and why, then: oc patch mcp ${name} --type merge -p '{"spec":{"paused":false}}'`,
    });
  }
  const degraded = conditionOf(pool, 'Degraded');
  if (degraded?.status === 'True') found.push({ on: said(object, degraded), final: false, hint: `read which node it is: oc describe mcp ${name}` });
  if (conditionOf(pool, 'Updated')?.status === 'False') {
    const message = `${numberAt(pool, 'status', 'updatedMachineCount') ?? 0} of ${numberAt(pool, 'status', 'machineCount') ?? 0} machines are updated`;
    found.push({
      on: { object, condition: 'Updated', reason: 'Updating', message },
      final: false,
      hint: `see which node is at work: oc get nodes; oc describe mcp ${name}`,
    });
  }
  return found;
}

export function operatorTroubles(operator: KubeObject): readonly Trouble[] {
  const { name } = operator.metadata;
  const object = objectPath(refTo(CLUSTER_OPERATOR, name));
  const hint = `read what it says: oc describe co ${name}`;
  const degraded = conditionOf(operator, 'Degraded');
  if (degraded?.status === 'True') return [{ on: said(object, degraded), final: false, hint }];
  const available = conditionOf(operator, 'Available');
  return available?.status === 'True' || available === undefined ? [] : [{ on: said(object, available), final: false, hint }];
}

function nodeTroubles(node: KubeObject): readonly Trouble[] {
  const ready = conditionOf(node, 'Ready');
  if (ready?.status === 'True') return [];
  const on = ready ?? { type: 'Ready', reason: 'NotReported', message: 'the node reports nothing' };
  return [{ on: said(objectPath(refTo(NODE, node.metadata.name)), on), final: false, hint: 'see its console, and oc describe node' }];
}

function said(object: string, { type, reason, message }: { readonly type: string; readonly reason: string; readonly message: string }): WaitingOn {
  return { object, condition: type, reason, message };
}

function isKind(kind: string): (object: KubeObject) => boolean {
  return (object) => object.kind === kind;
}
