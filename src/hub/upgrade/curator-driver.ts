import type { PlannedCluster } from '../../lab/plan.ts';
import { StepFailed } from '../../util/step-failed.ts';
import { STEP_ANNOTATION, type StepContext, type WaitingOn } from '../../util/step.ts';
import { openHub, type Hub } from '../hub.ts';
import { CLUSTER_CURATOR, CLUSTER_VERSION, FIELD_MANAGER, refTo } from '../kinds.ts';
import { textAt } from '../read-object.ts';
import { watchUntil, type Look } from '../watch-until.ts';
import { acknowledgeGates } from './acknowledge-gates.ts';
import { curation, FAILED_CURATION, UNRECOMMENDED_ANNOTATION } from './curation.ts';
import { followAll } from './follow-all.ts';
import { openCluster } from './open-cluster.ts';
import { channelFor, offerOf } from './release.ts';
import { rolloutOf } from './rollout.ts';
import { unlessTrouble } from './spoke-trouble.ts';
import type { UpgradeDriverWay, UpgradeRun } from './upgrade-run.ts';

/** Minutes that the curator's Job watches the cluster for: longer than the step, which knows earlier that nothing moves. */
const MONITOR_MINUTES = 300;
/** Its controller starts a Job at once, and the Job's image may have to be pulled. */
const STARTED_MS = 10 * 60_000;
/** Marks ClusterCurators that were made for an upgrade, and go with it. */
const MADE_ANNOTATION = 'labwright.dev/made-for-upgrade';

type Follower = Pick<StepContext, 'clock' | 'signal' | 'waiting' | 'progress'>;

/**
 * A ClusterCurator of each cluster, whose Job asks for the version through the hub's agent on the cluster (reference/ztp.md §5.6).
 * It takes versions of the cluster's update graph and nothing else, so each is looked up there before the first one is told.
 */
export const curatorDriver: UpgradeDriverWay = {
  async start(run) {
    for (const cluster of rolloutOf(run.input).clusters) if (run.checked.behind.includes(cluster.name)) await checkOffer(run, cluster);
  },
  upgrade: (run, clusters) =>
    followAll(run.context, clusters, async (cluster, follower) => {
      await ask(run, cluster);
      await unlessTrouble(run, [cluster], ({ context }) => followCuration(run, cluster, { ...follower, signal: context.signal }));
    }),
  async finish(run) {
    const { kube } = hubOf(run);
    for (const name of run.checked.behind) {
      const found = await kube.get(refTo(CLUSTER_CURATOR, name, name), run.context.signal);
      if (found?.metadata.annotations?.[MADE_ANNOTATION] !== undefined)
        await kube.delete(refTo(CLUSTER_CURATOR, name, name), { uid: found.metadata.uid! }, run.context.signal);
    }
  },
};

function hubOf({ input, deps, context }: UpgradeRun): Hub {
  return openHub(input, deps, context);
}

/**
 * What the cluster's update graph says of the version; a cluster that nobody has a kubeconfig of is left to the curator.
 *
 * @throws StepFailed when the graph does not have it, or has it with another image.
 */
async function checkOffer(
  { input, deps, context, checked }: UpgradeRun,
  cluster: PlannedCluster,
): Promise<{ readonly channel?: string; readonly recommended: boolean }> {
  const { version, image } = checked.target;
  const kube = await openCluster(input, deps, context, cluster);
  if (kube === undefined) return { recommended: true };
  const found = await kube.get(refTo(CLUSTER_VERSION, 'version'), context.signal);
  const offer = offerOf(found, version);
  const digest = /sha256:[0-9a-f]+$/.exec(image)?.[0];
  if (offer?.image === undefined || digest === undefined || offer.image.endsWith(digest)) {
    const channel = channelFor(found, version);
    if (offer) return { recommended: offer.recommended, ...(channel !== undefined && channel !== textAt(found, 'spec', 'channel') && { channel }) };
  }
  const reason = offer ? 'OtherImage' : 'NotOffered';
  const message = offer
    ? `${cluster.name} offers ${version} as ${offer.image}, the job wants ${image}`
    : `the update graph of ${cluster.name} does not offer ${version}`;
  const hint = 'a curator takes versions of the update graph only: choose another ocp component, or driver: talm or direct';
  throw new StepFailed('refused', { object: 'ClusterVersion/version', condition: 'AvailableUpdates', reason, message }, { hint });
}

/** Told once by a step, however often it runs: the curator forgets what it was told when its Job ends. */
async function ask(run: UpgradeRun, cluster: PlannedCluster): Promise<void> {
  const { context, checked, input, deps } = run;
  const { name } = cluster;
  const { kube } = hubOf(run);
  const ref = refTo(CLUSTER_CURATOR, name, name);
  const found = await kube.get(ref, context.signal);
  const { version } = checked.target;
  if (found?.metadata.annotations?.[STEP_ANNOTATION] === context.stepId && textAt(found, 'spec', 'upgrade', 'desiredUpdate') === version) return;
  const busy = textAt(found, 'spec', 'curatorJob') || textAt(found, 'spec', 'desiredCuration');
  if (busy) {
    const on = { object: `ClusterCurator/${name}/${name}`, condition: 'Idle', reason: 'OtherCuration', message: `it is at work for somebody else: ${busy}` };
    throw new StepFailed('conflict', on, { hint: `wait until it has ended: oc get clustercurator ${name} -n ${name} -o yaml` });
  }
  const { channel, recommended } = await checkOffer(run, cluster);
  const spoke = await openCluster(input, deps, context, cluster);
  if (spoke) await acknowledgeGates(spoke, checked.gates[name] ?? [], context);
  const annotations = { [STEP_ANNOTATION]: context.stepId, [UNRECOMMENDED_ANNOTATION]: recommended ? null : 'true' };
  const upgrade = { desiredUpdate: version, channel: channel ?? null, monitorTimeout: MONITOR_MINUTES };
  context.log(`${name}: its ClusterCurator is told ${version}`);
  const made = { ...CLUSTER_CURATOR, metadata: { name, namespace: name, annotations: { [MADE_ANNOTATION]: 'true' } }, spec: {} };
  const { resourceVersion } = (found ?? (await kube.create(made, { fieldManager: FIELD_MANAGER }, context.signal))).metadata;
  // The status is not a subresource here; what an earlier curation said must not be taken for this one's.
  const told = { metadata: { annotations, resourceVersion }, spec: { desiredCuration: 'upgrade', upgrade }, status: null };
  await kube.patch(ref, told, { type: 'merge', fieldManager: FIELD_MANAGER }, context.signal);
}

async function followCuration(run: UpgradeRun, { name }: PlannedCluster, { clock, signal, waiting, progress }: Follower): Promise<void> {
  const { kube, redact } = hubOf(run);
  const untilMs = clock.now() + STARTED_MS;
  await watchUntil({ kube, clock, signal }, [{ ...CLUSTER_CURATOR, namespace: name, fieldSelector: `metadata.name=${name}` }], ([curator]): Look<undefined> => {
    const state = curation(curator, name);
    if (state.status === 'done') return { met: undefined };
    const on: WaitingOn = { ...state.on, message: redact(state.on.message) };
    if (state.status === 'gone') throw new StepFailed('conflict', on, { hint: 'somebody deleted it: run the job again' });
    if (state.status === 'failed') throw new StepFailed('refused', on, { hint: FAILED_CURATION.hint });
    waiting(on);
    if (state.percent !== undefined) progress(state.percent);
    if (state.status === 'running') return { againMs: undefined };
    if (clock.now() >= untilMs) throw new StepFailed('timed_out', on, { hint: 'see that cluster-curator-controller runs: oc get pods -n multicluster-engine' });
    return { againMs: untilMs - clock.now() };
  });
  waiting(undefined);
}
