import { objectPath, type KubeObject } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { WaitingOn } from '../../util/step.ts';
import type { Stage } from '../follow-cluster.ts';
import { conditionOf, conditionsOf, valueAt } from '../read-object.ts';
import type { SymptomRule } from '../watch-symptoms.ts';

const MINUTE_MS = 60_000;

interface ClusterState {
  readonly name: string;
  readonly state: string;
  readonly currentPolicy?: { readonly name: string };
}

interface Progress {
  readonly state: string;
}

/**
 * How far a roll-out is with some of its clusters.
 *
 * @throws StepFailed when it has ended without them.
 */
export function groupUpgradeStage(upgrade: KubeObject, clusters: readonly string[]): Stage<undefined> {
  const states = (valueAt(upgrade, 'status', 'clusters') ?? []) as readonly ClusterState[];
  const isDone = (name: string): boolean => states.some((one) => one.name === name && one.state === 'complete');
  const succeeded = conditionOf(upgrade, 'Succeeded');
  if (clusters.every(isDone) || succeeded?.status === 'True') return { met: undefined };
  const object = objectPath(upgrade);
  if (succeeded?.status === 'False') {
    const late = states.filter(({ state }) => state === 'timedout');
    const names = late.map(({ name, currentPolicy }) => (currentPolicy ? `${name} at policy ${currentPolicy.name}` : name));
    const message = `${succeeded.message}: ${(names.length > 0 ? names : clusters.filter((name) => !isDone(name)).map((name) => `${name} at policy ${policyOf(upgrade)}`)).join(', ')}`;
    const hint = 'see ClusterVersion and the copy of the policy in the namespace of the cluster; the operator looks at time-outs every 5 minutes only';
    throw new StepFailed('timed_out', { object, condition: 'Succeeded', reason: succeeded.reason, message }, { hint });
  }
  return { on: waitOf(upgrade, object) };
}

function policyOf(upgrade: KubeObject): string {
  return ((valueAt(upgrade, 'spec', 'managedPolicies') ?? []) as readonly string[])[0] ?? '';
}

function waitOf(upgrade: KubeObject, object: string): WaitingOn {
  const progressing = conditionOf(upgrade, 'Progressing') ?? conditionsOf(upgrade).at(-1);
  if (progressing === undefined) return { object, condition: 'Progressing', reason: 'NotReported', message: 'the operator has not looked at it yet' };
  const batch = valueAt(upgrade, 'status', 'status', 'currentBatch');
  const progress = (valueAt(upgrade, 'status', 'status', 'currentBatchRemediationProgress') ?? {}) as Readonly<Record<string, Progress>>;
  const where = Object.entries(progress).map(([name, { state }]) => `${name} ${state}`);
  const message = typeof batch === 'number' ? `${progressing.message}; batch ${batch}: ${where.join(', ')}` : progressing.message;
  return { object, condition: progressing.type, reason: progressing.reason, message };
}

/** What ends a roll-out before it began. Of two types the operator's code spells one way and its documents another (reference/ztp.md §2.10). */
export const GROUP_UPGRADE_RULES: readonly SymptomRule<KubeObject>[] = [
  {
    id: 'clusters-not-selected',
    sees: isFalse(['ClustersSelected']),
    tolerateMs: 6 * MINUTE_MS,
    cause: 'the roll-out names a cluster that its hub does not manage',
    hint: 'see that every cluster is a ManagedCluster of the hub, and every canary among them',
    look: 'oc get managedclusters',
  },
  {
    id: 'not-validated',
    sees: isFalse(['Validated']),
    tolerateMs: 5 * MINUTE_MS,
    cause: 'the policy of the roll-out is not on the hub, is ambiguous, or does not select the clusters',
    hint: 'see that the policy is on the hub and selects the clusters, and that no other policy of the name is enforced',
    look: 'oc get policies -A',
  },
  {
    id: 'not-prepared',
    sees: isFalse(['PrecacheSpecValid', 'PrecachingSuceeded', 'PrecachingSucceeded', 'BackupSuceeded', 'BackupSucceeded'], ['InProgress']),
    tolerateMs: 5 * MINUTE_MS,
    cause: 'precaching or backup does not end',
    hint: 'see status.precaching and status.backup of the ClusterGroupUpgrade',
  },
  {
    id: 'blocked',
    sees: (upgrade) =>
      symptoms(upgrade, ['Progressing']).filter(({ reason }) => reason === 'MissingBlockingCR' || reason === 'IncompleteBlockingCR' || reason === 'NotEnabled'),
    tolerateMs: 10 * MINUTE_MS,
    cause: 'the roll-out is switched off, or waits for another',
    hint: 'see who changed the ClusterGroupUpgrade: labwright enables it and lets nothing block it',
  },
];

/** What has ended a roll-out: whoever follows it is told by its stage. */
export const ENDED_GROUP_UPGRADE: SymptomRule<KubeObject> = {
  id: 'roll-out-ended',
  sees: isFalse(['Succeeded']),
  tolerateMs: 0,
  cause: 'a cluster was not brought to the release in the time of its batch',
  hint: 'see ClusterVersion and the copy of the policy in the namespace of the cluster, then run the job again',
};

function isFalse(types: readonly string[], unless: readonly string[] = []): (upgrade: KubeObject) => readonly WaitingOn[] {
  return (upgrade) => symptoms(upgrade, types).filter(({ reason }) => !unless.includes(reason));
}

function symptoms(upgrade: KubeObject, types: readonly string[]): readonly WaitingOn[] {
  return types.flatMap((type) => {
    const condition = conditionOf(upgrade, type);
    return condition?.status === 'False' ? [{ object: objectPath(upgrade), condition: type, reason: condition.reason, message: condition.message }] : [];
  });
}
