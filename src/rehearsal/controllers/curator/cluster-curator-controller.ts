import { createHash } from 'node:crypto';
import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { changedOnly } from '../changed-only.ts';
import { isOnline, MANAGED_CLUSTER } from '../cluster/managed-cluster.ts';
import { conditionOf, withConditions } from '../conditions.ts';
import type { Controller, LookAgain } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { jitterMs } from '../jitter.ts';
import { CLUSTER_VERSION } from '../spoke/kinds.ts';
import { updateFor, type CuratorUpgrade } from './update-for.ts';

const CURATOR = { apiVersion: 'cluster.open-cluster-management.io/v1beta1', kind: 'ClusterCurator' } as const;
const JOB = 'clustercurator-job';
const UPGRADE = 'upgrade-cluster';
const MONITOR = 'monitor-upgrade';
const LOOK_MS = 60_000;

type Deps = Pick<HubDeps, 'kube' | 'clock' | 'seed' | 'spokes' | 'faults'>;

interface Spec {
  readonly desiredCuration?: string;
  readonly curatorJob?: string;
  readonly upgrade?: CuratorUpgrade & { readonly monitorTimeout?: number };
}

/**
 * The curator of the hub, as far as upgrades go: a Job of two containers, one that tells the cluster its version and one
 * that watches it. While a container is at work its condition is False, when it has ended True, of whatever reason; when
 * the Job has ended, what was asked for is taken out of the spec (cluster-curator-controller, cmd/curator/curator.go).
 * The hub's agent on the cluster, through which the real one works, is not played: what it would do is done.
 */
export function clusterCuratorController({ kube, clock, seed, spokes, faults }: Deps): Controller {
  const write = (object: KubeObject, spec: object, conditions: readonly Condition[], signal: AbortSignal): Promise<KubeObject> =>
    kube.update({ ...object, spec: { ...(object['spec'] as object), ...spec }, status: { conditions } }, {}, signal);
  const given = (before: readonly Condition[], ...list: readonly Omit<Condition, 'lastTransitionTime'>[]): readonly Condition[] =>
    withConditions(before, list, clock.now());

  const begin = async (object: KubeObject, signal: AbortSignal): Promise<LookAgain> => {
    const curatorJob = `curator-job-${createHash('sha256').update(object.metadata.uid!).digest('hex').slice(0, 5)}`;
    await write(object, { curatorJob }, given([], working(JOB, `${curatorJob} DesiredCuration: upgrade`), executing(UPGRADE)), signal);
    return { afterMs: startMs(object.metadata.name) };
  };
  const startMs = (cluster: string): number => jitterMs(seed, `ClusterCurator/${cluster}`, UPGRADE, 20_000, 60_000);

  const fail = async (object: KubeObject, container: string, message: string, signal: AbortSignal): Promise<void> => {
    const { curatorJob = '' } = specOf(object);
    const job = failed(JOB, `${curatorJob} DesiredCuration: upgrade Failed - ${message}`);
    const { desiredCuration: _asked, curatorJob: _job, ...spec } = object['spec'] as Spec;
    await kube.update({ ...object, spec, status: { conditions: given(conditionsOf(object), failed(container, message), job) } }, {}, signal);
  };

  const tell = async (object: KubeObject, upgrade: CuratorUpgrade, signal: AbortSignal): Promise<LookAgain | undefined> => {
    const { name } = object.metadata;
    const managed = await kube.get({ ...MANAGED_CLUSTER, name }, signal);
    const spoke = managed && isOnline(managed) ? await spokes?.inside(name) : undefined;
    const version = await spoke?.get({ ...CLUSTER_VERSION, name: 'version' }, signal);
    if (spoke === undefined || version === undefined || faults.hits('curator-fails', name)) {
      await fail(object, UPGRADE, 'Remote clusterversion update failed', signal);
      return undefined;
    }
    const update = updateFor(version, upgrade, object.metadata.annotations ?? {});
    if ('mistake' in update) {
      await fail(object, UPGRADE, update.mistake, signal);
      return undefined;
    }
    await spoke.patch({ ...CLUSTER_VERSION, name: 'version' }, { spec: update.spec }, { type: 'merge' }, signal);
    await write(object, {}, given(conditionsOf(object), ended(UPGRADE), executing(MONITOR)), signal);
    return { afterMs: LOOK_MS };
  };

  const monitor = async (
    object: KubeObject,
    { desiredUpdate, monitorTimeout = 120 }: NonNullable<Spec['upgrade']>,
    signal: AbortSignal,
  ): Promise<LookAgain | undefined> => {
    const { name } = object.metadata;
    const before = conditionsOf(object);
    const sinceMs = clock.now() - Date.parse(conditionOf(before, MONITOR)!.lastTransitionTime!);
    const version = await (await spokes?.inside(name))?.get({ ...CLUSTER_VERSION, name: 'version' }, signal);
    const said = (version?.['status'] as { readonly conditions?: readonly Condition[] } | undefined)?.conditions;
    const available = conditionOf(said, 'Available');
    if (available?.status === 'True' && available.message.includes(desiredUpdate)) {
      const { desiredCuration: _asked, curatorJob = '', ...spec } = object['spec'] as Spec;
      const status = { conditions: given([], { type: JOB, status: 'True', reason: 'Job_has_finished', message: `${curatorJob} DesiredCuration: upgrade` }) };
      await kube.update({ ...object, spec, status }, {}, signal);
      return undefined;
    }
    if (sinceMs > monitorTimeout * 60_000) {
      await fail(object, MONITOR, 'Timed out waiting for monitor upgrade job', signal);
      return undefined;
    }
    const progressing = conditionOf(said, 'Progressing');
    const conditions = progressing?.status === 'True' ? given(before, working(MONITOR, `Upgrade status - ${progressing.message}`)) : before;
    if (conditions !== before) await write(object, {}, conditions, signal);
    return { afterMs: LOOK_MS };
  };

  return {
    name: 'cluster-curator',
    watches: [{ kind: CURATOR, keysOf: changedOnly(({ spec }) => spec) }],
    async reconcile({ namespace, name }, signal) {
      const object = await kube.get({ ...CURATOR, namespace, name }, signal);
      const { desiredCuration, curatorJob, upgrade } = specOf(object);
      if (object === undefined || desiredCuration !== 'upgrade' || upgrade === undefined) return undefined;
      if (curatorJob === undefined) return begin(object, signal);
      const conditions = conditionsOf(object);
      const told = conditionOf(conditions, UPGRADE);
      if (told?.status === 'True') return monitor(object, upgrade, signal);
      const leftMs = startMs(name) - (clock.now() - Date.parse(told?.lastTransitionTime ?? ''));
      return leftMs > 0 ? { afterMs: leftMs } : tell(object, upgrade, signal);
    },
  };
}

function specOf(object: KubeObject | undefined): Spec {
  return object?.['spec'] ?? {};
}

function conditionsOf(object: KubeObject): readonly Condition[] {
  return (object['status'] as { readonly conditions?: readonly Condition[] } | undefined)?.conditions ?? [];
}

type Given = Omit<Condition, 'lastTransitionTime'>;

function working(type: string, message: string): Given {
  return { type, status: 'False', reason: 'Job_has_finished', message };
}

function executing(container: string): Given {
  return working(container, `Executing init container ${container}`);
}

function ended(container: string): Given {
  return { type: container, status: 'True', reason: 'Job_has_finished', message: 'Completed executing init container' };
}

function failed(type: string, message: string): Given {
  return { type, status: 'True', reason: 'Job_failed', message };
}
