import type { KubeClient } from '../../kube/kube-client.ts';
import { objectPath, type KubeObject } from '../../kube/objects.ts';
import type { PlannedCluster } from '../../lab/plan.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step, StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { CLUSTER_VERSION, CONFIG_MAP, refTo } from '../kinds.ts';
import { textAt, valueAt } from '../read-object.ts';
import { watchUntil, type Look } from '../watch-until.ts';
import { chooseDriver } from './choose-driver.ts';
import { hubOf, openCluster } from './open-cluster.ts';
import { minorOf, pathMistake, targetOf } from './release.ts';
import { rolloutOf } from './rollout.ts';
import { clusterVersionIn, HEALTH_KINDS, troublesOf } from './spoke-health.ts';
import { historyOf, isAt } from './update-stage.ts';
import type { Checked } from './upgrade-run.ts';

/** Operators settle within minutes, machine config pools in half an hour: as long as DCI waits (reference/ztp.md §5.6). */
const SETTLE_MS = 30 * 60_000;

/** Every cluster of the job can take the release: it answers, is healthy, and stands where an upgrade to it begins. */
export function checkUpgrade(input: ActionInput): Step<ActionDeps> {
  const rollout = rolloutOf(input);
  return {
    id: 'check-upgrade',
    title: `Check that ${rollout.clusters.map(({ name }) => name).join(', ')} can go to ${input.release.version}`,
    limitMs: (SETTLE_MS + 10 * 60_000) * rollout.clusters.length,
    async run(deps, context) {
      const opened = await Promise.all(
        rollout.clusters.map(async (cluster) => ({
          cluster,
          hub: hubOf(input, deps, context, cluster),
          spoke: await openCluster(input, deps, context, cluster),
        })),
      );
      const candidates = opened.map(({ cluster, hub, spoke }) => ({ name: cluster.name, hub, hasKubeconfig: spoke !== undefined }));
      const driver = await chooseDriver(rollout.driver, candidates, context);
      context.log(`upgrades go by driver ${driver}`);
      const behind: string[] = [];
      const clusterIds: Record<string, string> = {};
      const gates: Record<string, string[]> = {};
      let version: KubeObject | undefined;
      for (const { cluster, spoke } of opened) {
        const seen = spoke && (await settled(cluster, spoke, input.release.version, context));
        const found = seen && clusterVersionIn(seen);
        if (spoke && found) {
          clusterIds[cluster.name] = textAt(found, 'spec', 'clusterID');
          gates[cluster.name] = await gatesOf(spoke, found, input.release.version, context.signal);
        }
        if (isAt(found, input.release)) context.log(`${cluster.name} runs ${input.release.version} already`);
        else behind.push(cluster.name);
        version ??= found;
      }
      const upgrade: Checked = { driver, target: targetOf(input, version), behind, clusterIds, gates };
      return { upgrade };
    },
  };
}

/** Waits until a cluster is healthy; one that is on its way to the release, or there, need not be. */
async function settled(cluster: PlannedCluster, kube: KubeClient, version: string, context: StepContext): Promise<readonly KubeObject[]> {
  const untilMs = context.clock.now() + SETTLE_MS;
  const seen = await watchUntil({ kube, clock: context.clock, signal: context.signal }, HEALTH_KINDS, (objects): Look<readonly KubeObject[]> => {
    const found = clusterVersionIn(objects);
    if (historyOf(found)[0]?.version === version) return { met: objects };
    const mistake = standMistake(cluster.name, found, version);
    if (mistake) throw mistake;
    const [first, ...others] = troublesOf(objects);
    const trouble = [first, ...others].find((one) => one?.final) ?? first;
    if (trouble === undefined) return { met: objects };
    context.waiting(trouble.on);
    const leftMs = untilMs - context.clock.now();
    if (!trouble.final && leftMs > 0) return { againMs: leftMs };
    throw new StepFailed('refused', trouble.on, { hint: `${cluster.name} must be healthy before it is upgraded: ${trouble.hint}` });
  });
  context.waiting(undefined);
  return seen;
}

function standMistake(name: string, clusterVersion: KubeObject | undefined, version: string): StepFailed | undefined {
  const object = objectPath(refTo(CLUSTER_VERSION, 'version'));
  const [latest] = historyOf(clusterVersion);
  if (latest === undefined) return undefined;
  if (latest.state !== 'Completed') {
    const message = `${name} is on its way to ${latest.version}, not to ${version}`;
    return new StepFailed('conflict', { object, condition: 'Progressing', reason: 'OtherUpdate', message }, { hint: 'wait until that update has ended' });
  }
  const mistake = pathMistake(latest.version, version);
  if (mistake === undefined) return undefined;
  return new StepFailed(
    'refused',
    { object, condition: 'Upgradeable', reason: 'NoPath', message: mistake },
    { hint: `choose another ocp component for ${name}` },
  );
}

/** What a cluster asks its administrator to acknowledge before its next minor version, and nobody has. */
async function gatesOf(kube: KubeClient, clusterVersion: KubeObject, version: string, signal: AbortSignal): Promise<string[]> {
  const current = minorOf(historyOf(clusterVersion)[0]?.version ?? version);
  if (current === minorOf(version)) return [];
  const gates = (valueAt(await kube.get(refTo(CONFIG_MAP, 'admin-gates', 'openshift-config-managed'), signal), 'data') ?? {}) as Record<string, string>;
  return Object.keys(gates).filter((gate) => gate.startsWith(`ack-${current}-`));
}
