import { isDeepStrictEqual } from 'node:util';
import type { KubeClient } from '../../../kube/kube-client.ts';
import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { withConditions } from '../conditions.ts';
import { CLUSTER_OPERATOR, MACHINE_CONFIG_POOL } from './kinds.ts';
import { MACHINES_FROM, STEPS, WORKER_STEPS } from './update-progress.ts';

/** The operators a simulated cluster shows of its thirty-odd, with the step of an update in which each gets its new version. */
const OPERATORS: Readonly<Record<string, number>> = { 'kube-apiserver': 4, ingress: 6, 'machine-config': STEPS };

type Given = Omit<Condition, 'lastTransitionTime'>;

/** Operators and machine config pools of a cluster that runs `version`. */
export function operatorsOf(version: string, pools: Readonly<Record<string, number>>, paused: boolean, nowMs: number): readonly KubeObject[] {
  const dated = (conditions: readonly Given[]): readonly Condition[] => withConditions([], conditions, nowMs);
  return [
    ...Object.keys(OPERATORS).map((name): KubeObject => ({
      ...CLUSTER_OPERATOR,
      metadata: { name },
      spec: {},
      status: { conditions: dated(operatorConditions(version, undefined)), versions: [{ name: 'operator', version }] },
    })),
    ...Object.entries(pools).map(([name, machineCount]): KubeObject => ({
      ...MACHINE_CONFIG_POOL,
      metadata: { name },
      spec: { paused: paused && name === 'master' },
      status: { ...counts(machineCount, machineCount), conditions: dated(poolConditions(true)) },
    })),
  ];
}

/** What the operators and pools say at a step of an update to `version`; a paused pool stays where it is. */
export async function updateOperators(
  kube: KubeClient,
  { version, step, degraded }: { readonly version: string; readonly step: number; readonly degraded: boolean },
  nowMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (const operator of (await kube.list(CLUSTER_OPERATOR, signal)).items) {
    const { name } = operator.metadata;
    const trouble =
      degraded && name === 'machine-config' ? `Failed to resync ${version} because: error during syncRequiredMachineConfigPools: timed out` : undefined;
    const before = statusOf(operator);
    const conditions = withConditions(before.conditions, operatorConditions(version, trouble), nowMs);
    const versions = step >= (OPERATORS[name] ?? STEPS) ? [{ name: 'operator', version }] : before.versions;
    await writeStatus(kube, { ...operator, ...CLUSTER_OPERATOR }, { ...before, conditions, versions }, signal);
  }
  for (const pool of (await kube.list(MACHINE_CONFIG_POOL, signal)).items) {
    if (step < MACHINES_FROM || isPaused(pool)) continue;
    const updated = step >= STEPS + (pool.metadata.name === 'master' ? 0 : WORKER_STEPS);
    const before = statusOf(pool);
    const status = { ...before, ...counts(before.machineCount ?? 0, updated ? (before.machineCount ?? 0) : 0) };
    const conditions = withConditions(before.conditions, poolConditions(updated), nowMs);
    await writeStatus(kube, { ...pool, ...MACHINE_CONFIG_POOL }, { ...status, conditions }, signal);
  }
}

/** Whether machines of the control plane may not be changed now. */
export async function isControlPlanePaused(kube: KubeClient, signal: AbortSignal): Promise<boolean> {
  const pool = await kube.get({ ...MACHINE_CONFIG_POOL, name: 'master' }, signal);
  return pool !== undefined && isPaused(pool);
}

function isPaused({ spec }: KubeObject): boolean {
  return (spec as { readonly paused?: boolean } | undefined)?.paused === true;
}

interface Status {
  readonly conditions?: readonly Condition[];
  readonly versions?: readonly { readonly name: string; readonly version: string }[];
  readonly machineCount?: number;
}

function statusOf(object: KubeObject): Status {
  return object['status'] ?? {};
}

async function writeStatus(kube: KubeClient, object: KubeObject, status: object, signal: AbortSignal): Promise<void> {
  if (!isDeepStrictEqual(status, object['status'])) await kube.update({ ...object, status }, { subresource: 'status' }, signal);
}

function counts(machineCount: number, updated: number): object {
  return { machineCount, updatedMachineCount: updated, readyMachineCount: updated, unavailableMachineCount: machineCount - updated, degradedMachineCount: 0 };
}

function operatorConditions(version: string, trouble: string | undefined): readonly Given[] {
  return [
    { type: 'Available', status: 'True', reason: 'AsExpected', message: `The operator is available at ${version}` },
    { type: 'Progressing', status: 'False', reason: 'AsExpected', message: '' },
    trouble === undefined
      ? { type: 'Degraded', status: 'False', reason: 'AsExpected', message: '' }
      : { type: 'Degraded', status: 'True', reason: 'RequiredPoolsFailed', message: trouble },
  ];
}

function poolConditions(updated: boolean): readonly Given[] {
  return [
    { type: 'Updated', status: updated ? 'True' : 'False', reason: '', message: updated ? 'All nodes are updated with rendered configuration' : '' },
    { type: 'Updating', status: updated ? 'False' : 'True', reason: '', message: updated ? '' : 'All nodes are updating to rendered configuration' },
    { type: 'Degraded', status: 'False', reason: '', message: '' },
  ];
}
