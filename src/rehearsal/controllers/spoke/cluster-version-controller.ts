import { isDeepStrictEqual } from 'node:util';
import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { changedOnly } from '../changed-only.ts';
import { rfc3339Seconds, withConditions } from '../conditions.ts';
import type { Controller, LookAgain } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { jitterMs } from '../jitter.ts';
import { CLUSTER_VERSION } from './kinds.ts';
import { judgeRelease, loading, wantedUpdate, type WantedUpdate } from './load-release.ts';
import { isControlPlanePaused, updateOperators } from './spoke-operators.ts';
import { availableUpdates } from './update-graph.ts';
import { MACHINES_FROM, STEPS, stepsDueMs, WORKER_STEPS, workingTowards } from './update-progress.ts';

type Deps = Pick<HubDeps, 'kube' | 'clock' | 'seed' | 'faults'>;
type Given = Omit<Condition, 'lastTransitionTime'>;

interface HistoryEntry {
  readonly state: 'Completed' | 'Partial';
  readonly version: string;
  readonly image: string;
  readonly startedTime: string;
  readonly completionTime: string | null;
  readonly verified: boolean;
}

interface Status {
  readonly desired: { readonly version: string; readonly image: string };
  readonly history: readonly HistoryEntry[];
  readonly observedGeneration: number;
  readonly availableUpdates?: ReturnType<typeof availableUpdates>;
  readonly conditions?: readonly Condition[];
}

/** How long the operator of a simulated cluster leaves a release alone that it has refused. */
const RETRY_MS = 2 * 60_000;

/** The cluster-version operator of a cluster: loads the release that is asked for, takes it or not, and rolls it out (reference/ztp.md §7.2, spoke API). */
export function clusterVersionController(deps: Deps, cluster: string): Controller {
  const { kube, clock, seed, faults } = deps;
  const loads = new Map<number, number>();

  const write = async (object: KubeObject, more: Partial<Status>, conditions: readonly Given[], signal: AbortSignal): Promise<void> => {
    const before = object['status'] as Status;
    const status = {
      ...before,
      ...more,
      observedGeneration: object.metadata.generation,
      conditions: withConditions(before.conditions, conditions, clock.now()),
    };
    if (!isDeepStrictEqual(status, before)) await kube.update({ ...object, status }, { subresource: 'status' }, signal);
  };

  const load = async (object: KubeObject, wanted: WantedUpdate, signal: AbortSignal): Promise<LookAgain> => {
    const { history } = object['status'] as Status;
    const generation = object.metadata.generation!;
    const sinceMs = loads.get(generation) ?? clock.now();
    loads.set(generation, sinceMs);
    const leftMs = sinceMs + jitterMs(seed, `ClusterVersion/${cluster}`, `load ${wanted.version}`, 15_000, 45_000) - clock.now();
    if (leftMs > 0) {
      await write(object, {}, [loading(wanted)], signal);
      return { afterMs: leftMs };
    }
    const { verdict, upgradeable } = await judgeRelease(kube, history[0]!.version, wanted, faults.hits('upgrade-refused', cluster), signal);
    const known = [verdict, ...(upgradeable ? [upgradeable] : [])];
    if (verdict.status !== 'True') {
      await write(object, {}, known, signal);
      return { afterMs: RETRY_MS, idle: true };
    }
    const { version, image } = wanted;
    const entry: HistoryEntry = { state: 'Partial', version, image, startedTime: rfc3339Seconds(clock.now()), completionTime: null, verified: !wanted.force };
    const progressing = { type: 'Progressing', status: 'True', reason: '', message: workingTowards(version, 0) } as const;
    await write(object, { desired: { version, image }, history: [entry, ...history] }, [...known, progressing], signal);
    return { afterMs: 0 };
  };

  const rollOut = async (object: KubeObject, signal: AbortSignal): Promise<LookAgain | undefined> => {
    const { history } = object['status'] as Status;
    const [current, ...older] = history as readonly [HistoryEntry, ...HistoryEntry[]];
    const { version } = current;
    const due = stepsDueMs(seed, cluster, version);
    const sinceMs = clock.now() - Date.parse(current.startedTime);
    const reached = due.filter((ms) => sinceMs >= ms).length;
    const degraded = faults.hits('operator-degraded', cluster);
    const blocked = degraded || faults.hits('upgrade-stalls', cluster) || (await isControlPlanePaused(kube, signal));
    const step = current.state === 'Partial' && blocked ? Math.min(reached, MACHINES_FROM) : reached;
    const failing = degraded && step === MACHINES_FROM;
    await updateOperators(kube, { version, step, degraded: failing }, clock.now(), signal);
    if (current.state === 'Partial') {
      const done = step >= STEPS;
      const entry: HistoryEntry = done ? { ...current, state: 'Completed', completionTime: rfc3339Seconds(clock.now()) } : current;
      await write(
        object,
        { history: [entry, ...older], ...(done && { availableUpdates: availableUpdates(version) }) },
        conditionsAt(version, step, failing),
        signal,
      );
    }
    if (blocked && step === MACHINES_FROM && current.state === 'Partial') return { afterMs: RETRY_MS, idle: true };
    return step >= STEPS + WORKER_STEPS ? undefined : { afterMs: Math.max(due[step]! - sinceMs, 0) };
  };

  return {
    name: 'cluster-version',
    watches: [{ kind: CLUSTER_VERSION, keysOf: changedOnly(({ metadata }) => metadata.generation) }],
    async reconcile({ name }, signal) {
      const object = await kube.get({ ...CLUSTER_VERSION, name }, signal);
      if (object === undefined) return undefined;
      const wanted = wantedUpdate(object['spec']);
      const { history } = object['status'] as Status;
      const isNew = wanted !== undefined && wanted.version !== history[0]?.version;
      if (isNew) return load(object, wanted, signal);
      await write(object, {}, [], signal);
      // A cluster that was never updated has nothing to roll out.
      return history.length > 1 ? rollOut(await fresh(object), signal) : undefined;
    },
  };

  async function fresh({ metadata: { name } }: KubeObject): Promise<KubeObject> {
    return (await kube.get({ ...CLUSTER_VERSION, name }))!;
  }
}

function conditionsAt(version: string, step: number, failing: boolean): readonly Given[] {
  if (step >= STEPS) {
    return [
      { type: 'Available', status: 'True', reason: '', message: `Done applying ${version}` },
      { type: 'Failing', status: 'False', reason: '', message: '' },
      { type: 'Progressing', status: 'False', reason: '', message: `Cluster version is ${version}` },
    ];
  }
  const reason = 'ClusterOperatorDegraded';
  if (failing) {
    return [
      { type: 'Failing', status: 'True', reason, message: 'Cluster operator machine-config is degraded' },
      { type: 'Progressing', status: 'True', reason, message: `Unable to apply ${version}: the cluster operator machine-config is degraded` },
    ];
  }
  return [
    { type: 'Failing', status: 'False', reason: '', message: '' },
    { type: 'Progressing', status: 'True', reason: step >= MACHINES_FROM ? 'ClusterOperatorUpdating' : '', message: workingTowards(version, step) },
  ];
}
