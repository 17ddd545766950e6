import { objectPath, type KubeObject } from '../../kube/objects.ts';
import type { WaitingOn } from '../../util/step.ts';
import type { Stage } from '../follow-cluster.ts';
import { CLUSTER_VERSION, MACHINE_CONFIG_POOL, refTo } from '../kinds.ts';
import { conditionOf, numberAt, valueAt } from '../read-object.ts';
import type { Symptom } from '../symptoms.ts';
import type { SymptomRule } from '../watch-symptoms.ts';
import type { Target } from './release.ts';
import { clusterVersionIn, operatorTroubles, poolTroubles, troublesOf } from './spoke-health.ts';

const MINUTE_MS = 60_000;
const VERSION_PATH = objectPath(refTo(CLUSTER_VERSION, 'version'));

export interface HistoryEntry {
  readonly state: string;
  readonly version: string;
  readonly image: string;
  readonly completionTime?: string | null;
}

/** What a ClusterVersion has been brought to, newest first. */
export function historyOf(clusterVersion: KubeObject | undefined): readonly HistoryEntry[] {
  const value = valueAt(clusterVersion, 'status', 'history');
  return Array.isArray(value) ? (value as readonly HistoryEntry[]) : [];
}

/** The cluster runs the target: its newest history entry says so, not only what it wants to be. */
export function isAt(clusterVersion: KubeObject | undefined, { version }: Pick<Target, 'version'>): boolean {
  const [latest] = historyOf(clusterVersion);
  return latest?.version === version && latest.state === 'Completed';
}

/** How far an update is: first the release, then the machines that the release does not wait for, then everything healthy. */
export function updateStage(seen: readonly KubeObject[], target: Target): Stage<undefined> {
  const version = clusterVersionIn(seen);
  if (!isAt(version, target)) {
    const on = releaseWait(version, target);
    const percent = /\((\d+)% complete\)/.exec(on.message)?.[1];
    return { on, ...(percent !== undefined && { percent: Number(percent) }) };
  }
  const [trouble] = troublesOf(seen);
  return trouble === undefined ? { met: undefined } : { on: trouble.on };
}

function releaseWait(version: KubeObject | undefined, target: Target): WaitingOn {
  const started = historyOf(version)[0]?.version === target.version;
  const type = started ? 'Progressing' : 'ReleaseAccepted';
  const condition = conditionOf(version, type);
  const message = condition?.message ?? `the cluster has not looked at ${target.version} yet`;
  return { object: VERSION_PATH, condition: type, reason: condition?.reason ?? 'NotReported', message };
}

/** Changes as long as something moves: the release's own words, and the machines. */
export function progressOf(seen: readonly KubeObject[]): string {
  const pools = seen.filter(({ kind }) => kind === MACHINE_CONFIG_POOL.kind).map((pool) => numberAt(pool, 'status', 'updatedMachineCount'));
  const version = clusterVersionIn(seen);
  return JSON.stringify([conditionOf(version, 'Progressing')?.message, historyOf(version)[0], pools]);
}

/** The release does not move for this long, and nothing says why: node after node restarts in less. */
export const STALL_MS = 60 * MINUTE_MS;

/** What ends an update early, and how long it is tolerated: operators flicker while they are replaced, a release is fetched again. */
export const UPDATE_RULES: readonly SymptomRule<readonly KubeObject[]>[] = [
  {
    id: 'release-invalid',
    sees: versionCondition('Invalid', 'True'),
    tolerateMs: MINUTE_MS,
    cause: 'what was asked of the cluster is no release',
    hint: 'correct spec.desiredUpdate of ClusterVersion version',
  },
  {
    id: 'release-not-accepted',
    sees: versionCondition('ReleaseAccepted', 'False'),
    tolerateMs: 5 * MINUTE_MS,
    cause: 'the cluster cannot fetch or verify the release, or it is not ready for it',
    hint: 'see that the cluster reaches the release image and its signature (oc adm upgrade), or for a failed precondition mend what it names',
    look: 'oc adm upgrade',
  },
  {
    id: 'pool-paused',
    sees: (seen) =>
      of(seen, MACHINE_CONFIG_POOL.kind)
        .flatMap((pool) => poolTroubles(pool).filter(({ final }) => final))
        .map(({ on }) => on),
    tolerateMs: 5 * MINUTE_MS,
    cause: 'somebody has paused the machines of a pool',
    hint: 'see who paused it and why, then set spec.paused to false; the update goes on',
  },
  {
    id: 'pool-degraded',
    sees: (seen) =>
      of(seen, MACHINE_CONFIG_POOL.kind)
        .flatMap((pool) => poolTroubles(pool))
        .filter(({ on }) => on.condition === 'Degraded')
        .map(({ on }) => on),
    tolerateMs: 30 * MINUTE_MS,
    cause: 'a machine of the pool cannot take its new configuration',
    hint: 'read which node it is: oc describe mcp',
  },
  {
    id: 'operator-degraded',
    sees: (seen) =>
      of(seen, 'ClusterOperator')
        .flatMap((operator) => operatorTroubles(operator))
        .map(({ on }) => on),
    tolerateMs: 30 * MINUTE_MS,
    cause: 'the operator does not get its part to the release',
    hint: 'read what the operator says (oc describe co); the update goes on by itself when it has recovered',
  },
  {
    id: 'update-failing',
    sees: versionCondition('Failing', 'True'),
    tolerateMs: 40 * MINUTE_MS,
    cause: 'a part of the release cannot be applied',
    hint: 'read the ClusterOperator or manifest that the message names',
    look: 'oc adm upgrade',
  },
];

function of(seen: readonly KubeObject[], kind: string): readonly KubeObject[] {
  return seen.filter((one) => one.kind === kind);
}

/** A verdict about an earlier generation is not about this update. */
function versionCondition(type: string, status: string): (seen: readonly KubeObject[]) => readonly Symptom[] {
  return (seen) => {
    const version = clusterVersionIn(seen);
    const observed = numberAt(version, 'status', 'observedGeneration') ?? 0;
    const condition = conditionOf(version, type);
    if (condition?.status !== status || observed < (version?.metadata.generation ?? 0)) return [];
    return [{ object: VERSION_PATH, condition: type, reason: condition.reason, message: condition.message }];
  };
}
