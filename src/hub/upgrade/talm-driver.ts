import { objectPath, type KubeObject } from '../../kube/objects.ts';
import type { PlannedCluster } from '../../lab/plan.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Memory } from '../../util/step.ts';
import { verdictOn } from '../gitops/policy-state.ts';
import { PLACEMENT_BINDING, POLICY } from '../gitops/kinds.ts';
import { applyObject, openHub, type Hub } from '../hub.ts';
import { CLUSTER_GROUP_UPGRADE, CLUSTER_VERSION, refTo } from '../kinds.ts';
import { conditionOf } from '../read-object.ts';
import { createSymptomWatch } from '../watch-symptoms.ts';
import { watchUntil, type Look } from '../watch-until.ts';
import { GROUP_UPGRADE_RULES, groupUpgradeStage } from './group-upgrade-stage.ts';
import { openCluster } from './open-cluster.ts';
import { channelFor } from './release.ts';
import { batchesOf, rolloutOf } from './rollout.ts';
import { groupUpgrade, policyObjects, talmNames, UPGRADE_NAMESPACE, type TalmUpgrade } from './talm-objects.ts';
import { unlessTrouble } from './spoke-trouble.ts';
import type { UpgradeDriverWay, UpgradeRun } from './upgrade-run.ts';

const UID = 'groupUpgradeUid';
/** Time for the propagator; what it has not seen by then it will not see. */
const PLACED_MS = 5 * 60_000;

/** A policy that asks for the release, rolled out by a ClusterGroupUpgrade of the hub, which knows canaries and batches itself. */
export const talmDriver: UpgradeDriverWay = {
  async start(run) {
    const hub = hubOf(run);
    const upgrade = await upgradeOf(run);
    for (const object of policyObjects(upgrade)) await applyObject(hub, object);
    await placed(run, hub, upgrade);
    const wanted = groupUpgrade(upgrade);
    const found = await hub.kube.get(refTo(CLUSTER_GROUP_UPGRADE, wanted.metadata.name, UPGRADE_NAMESPACE), run.context.signal);
    // Success of an earlier roll-out is not success of this one, and one that timed out is not tried again.
    if (found && conditionOf(found, 'Succeeded')) await removed(run, hub, found);
    const made = await applyObject(hub, wanted);
    run.context.log(`${objectPath(made)} rolls ${upgrade.target.version} out to ${upgrade.clusters.join(', ')}`);
    return { [UID]: made.metadata.uid ?? '' } satisfies Memory;
  },
  async upgrade(run, clusters) {
    try {
      await unlessTrouble(run, clusters, (inner) => followGroup(inner, hubOf(inner), clusters));
    } catch (error) {
      run.context.signal.throwIfAborted();
      await stopped(run);
      throw error;
    }
  },
  async finish(run) {
    const hub = hubOf(run);
    const { policy, upgrade } = talmNames(await upgradeOf(run));
    const placement = { apiVersion: 'cluster.open-cluster-management.io/v1beta1', kind: 'Placement' };
    await hub.kube.delete(refTo(CLUSTER_GROUP_UPGRADE, upgrade, UPGRADE_NAMESPACE), {}, run.context.signal);
    for (const kind of [POLICY, PLACEMENT_BINDING, placement]) await hub.kube.delete(refTo(kind, policy, UPGRADE_NAMESPACE), {}, run.context.signal);
  },
};

function hubOf({ input, deps, context }: UpgradeRun): Hub {
  return openHub(input, deps, context);
}

async function upgradeOf(run: UpgradeRun): Promise<TalmUpgrade> {
  const { input, deps, context, checked } = run;
  const rollout = rolloutOf(input);
  const clusters = rollout.clusters.filter(({ name }) => checked.behind.includes(name));
  const canaries = rollout.canaries.filter((name) => checked.behind.includes(name));
  const first = clusters[0] && (await openCluster(input, deps, context, clusters[0]));
  const version = first && (await first.get(refTo(CLUSTER_VERSION, 'version'), context.signal));
  return {
    target: checked.target,
    channel: channelFor(version, checked.target.version),
    gates: [...new Set(Object.values(checked.gates).flat())],
    clusters: clusters.map(({ name }) => name),
    canaries,
    maxConcurrency: rollout.maxConcurrency,
    batches: batchesOf({ ...rollout, clusters, canaries }).length,
  };
}

/** A roll-out over a policy that does not select its clusters is invalid, and looked at again only a minute later. */
async function placed({ context }: UpgradeRun, { kube }: Hub, upgrade: TalmUpgrade): Promise<void> {
  const { clock, signal } = context;
  const untilMs = clock.now() + PLACED_MS;
  const { policy: name } = talmNames(upgrade);
  const query = { ...POLICY, namespace: UPGRADE_NAMESPACE, fieldSelector: `metadata.name=${name}` };
  await watchUntil({ kube, clock, signal }, [query], ([policy]): Look<undefined> => {
    const missing = upgrade.clusters.find((cluster) => policy === undefined || verdictOn(policy, cluster) === undefined);
    if (missing === undefined) return { met: undefined };
    const on = {
      object: objectPath(refTo(POLICY, name, UPGRADE_NAMESPACE)),
      condition: 'Placed',
      reason: 'NotSelected',
      message: `it does not select ${missing}`,
    };
    context.waiting(on);
    if (clock.now() < untilMs) return { againMs: untilMs - clock.now() };
    throw new StepFailed('refused', on, { hint: `see label name of ManagedCluster ${missing}, and that it is in ManagedClusterSet global` });
  });
  context.waiting(undefined);
}

async function followGroup({ context }: UpgradeRun, { kube, redact }: Hub, clusters: readonly PlannedCluster[]): Promise<void> {
  const { clock, signal } = context;
  const uid = uidIn(context.memory);
  const names = clusters.map(({ name }) => name);
  const diagnose = createSymptomWatch(GROUP_UPGRADE_RULES);
  await watchUntil({ kube, clock, signal }, [{ ...CLUSTER_GROUP_UPGRADE, namespace: UPGRADE_NAMESPACE }], (seen): Look<undefined> => {
    const upgrade = seen.find((one) => one.metadata.uid === uid);
    if (upgrade === undefined) throw gone(uid);
    const stage = groupUpgradeStage(upgrade, names);
    if ('met' in stage) return stage;
    context.waiting({ ...stage.on, message: redact(stage.on.message) });
    const diagnosis = diagnose(upgrade, clock.now());
    if (diagnosis.status === 'refused') throw new StepFailed('refused', diagnosis.symptom, { hint: diagnosis.hint });
    return { againMs: diagnosis.againMs };
  });
  context.waiting(undefined);
}

/** Of the roll-out that `start` made; nothing else has an empty one. */
function uidIn(memory: Memory): string {
  const uid = memory[UID];
  return typeof uid === 'string' ? uid : '';
}

function gone(uid: string): StepFailed {
  const on = { object: CLUSTER_GROUP_UPGRADE.kind, condition: 'UID', reason: 'Deleted', message: `this job follows the one with UID ${uid}` };
  return new StepFailed('conflict', on, {
    hint: 'somebody else deleted or replaced it: see who writes to labwright-upgrades on this hub, then run the job again',
  });
}

/** Without its roll-out the policy is enforced nowhere: clusters that have not begun stay as they are. */
async function stopped(run: UpgradeRun): Promise<void> {
  const { kube } = hubOf(run);
  const uid = uidIn(run.context.memory);
  const { items } = await kube.list({ ...CLUSTER_GROUP_UPGRADE, namespace: UPGRADE_NAMESPACE }, run.context.signal);
  const running = items.find((one) => one.metadata.uid === uid && conditionOf(one, 'Succeeded') === undefined);
  if (running === undefined) return;
  run.context.log(`ClusterGroupUpgrade ${running.metadata.name} is deleted, so that it goes no further`);
  await kube.delete(refTo(CLUSTER_GROUP_UPGRADE, running.metadata.name, UPGRADE_NAMESPACE), { uid }, run.context.signal);
}

async function removed({ context }: UpgradeRun, { kube }: Hub, { metadata }: KubeObject): Promise<void> {
  const { clock, signal } = context;
  await kube.delete(refTo(CLUSTER_GROUP_UPGRADE, metadata.name, UPGRADE_NAMESPACE), { uid: metadata.uid! }, signal);
  await watchUntil({ kube, clock, signal }, [{ ...CLUSTER_GROUP_UPGRADE, namespace: UPGRADE_NAMESPACE }], (seen): Look<undefined> =>
    seen.some((one) => one.metadata.uid === metadata.uid) ? { againMs: undefined } : { met: undefined },
  );
}
