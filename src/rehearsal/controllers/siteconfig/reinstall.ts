import type { KubeClient } from '../../../kube/kube-client.ts';
import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { conditionOf, rfc3339Seconds, withConditions } from '../conditions.ts';
import type { LookAgain } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { sameObject, withReferences } from './apply-manifests.ts';
import type { ClusterInstanceSpec } from '../../../render/siteconfig/cluster-instance.ts';
import { deleteHighestWave } from './delete-manifests.ts';
import { changeStatus } from './change-status.ts';
import { instanceStatus, type InstanceStatus, type ReinstallStatus } from '../../../render/siteconfig/instance-status.ts';
import { observedSpec } from './operator-marks.ts';
import { completed, failed, initialConditions, inProgress, notRequired } from './reinstall-conditions.ts';
import { specDiff } from '../../../render/siteconfig/spec-changes.ts';
import { OPERATOR_NAMESPACE } from '../../../render/siteconfig/foreign-templates.ts';

type Deps = Pick<HubDeps, 'kube' | 'clock'>;

/** Between the phases, and between the waves of a deletion (reference/ztp.md §3.5.12). */
const PHASE_PAUSE_MS = 2000;
const WAVE_PAUSE_MS = 30_000;
const STUCK_MS = 30 * 60_000;

/** `wait`: look again then; `over`: nothing asks for a reinstallation, or no longer: what the spec says may be rendered. */
export type Reinstallation = { readonly state: 'wait'; readonly again: LookAgain } | { readonly state: 'over'; readonly instance: KubeObject };

/**
 * Takes a cluster's install objects away, so that rendering makes them anew; the ManagedCluster stays.
 *
 * Each call goes on where `status.reinstall` says that the last one stopped. A request that is refused is over as well: it
 * says why in its conditions, and the rest of the spec is rendered as ever.
 */
export async function reinstall(deps: Deps, instance: KubeObject, spec: ClusterInstanceSpec, signal: AbortSignal): Promise<Reinstallation> {
  const request = spec.reinstall;
  const status = instanceStatus(instance).reinstall;
  const seen = status?.inProgressGeneration === request?.generation;
  if (request === undefined || status?.observedGeneration === request.generation || (seen && status?.requestEndTime !== undefined)) {
    return { state: 'over', instance };
  }
  const run = new Run(deps, instance, signal);
  if (!seen) return begin(run, request);
  if (is(run, 'ReinstallRenderedManifestsDeleted', 'Unknown')) {
    await run.write([inProgress('ReinstallRenderedManifestsDeleted', 'Rendered manifests are being deleted')]);
    await run.write([inProgress('ReinstallRequestProcessed', 'Deleting rendered manifests')]);
    return wait(PHASE_PAUSE_MS);
  }
  if (!is(run, 'ReinstallRenderedManifestsDeleted', 'True')) return deleteManifests(run);
  if (is(run, 'ReinstallPreservationDataRestored', 'Unknown')) {
    await run.write([notRequired('ReinstallPreservationDataRestored')]);
    await run.write([inProgress('ReinstallRequestProcessed', 'Restoring preserved data')]);
    return wait(PHASE_PAUSE_MS);
  }
  return finish(run, request.generation);
}

/** One call's view of the object, and its writes to `status.reinstall`. */
class Run {
  readonly deps: Deps;
  readonly signal: AbortSignal;
  instance: KubeObject;

  constructor(deps: Deps, instance: KubeObject, signal: AbortSignal) {
    this.deps = deps;
    this.instance = instance;
    this.signal = signal;
  }

  get status(): ReinstallStatus {
    return instanceStatus(this.instance).reinstall ?? {};
  }

  now(): string {
    return rfc3339Seconds(this.deps.clock.now());
  }

  async write(conditions: readonly Condition[], more: (status: ReinstallStatus) => ReinstallStatus = (status) => status): Promise<void> {
    await this.change((status) => {
      const before = status.reinstall ?? {};
      return { ...status, reinstall: { ...more(before), conditions: withConditions(before.conditions, conditions, this.deps.clock.now()) } };
    });
  }

  async change(change: (status: InstanceStatus) => InstanceStatus): Promise<void> {
    this.instance = await changeStatus(this.deps.kube, this.instance, change, this.signal);
  }
}

async function begin(run: Run, { generation, preservationMode }: NonNullable<ClusterInstanceSpec['reinstall']>): Promise<Reinstallation> {
  await run.write(initialConditions(), ({ requestEndTime: _former, ...status }) => ({
    ...status,
    inProgressGeneration: generation,
    requestStartTime: run.now(),
  }));
  await run.write([inProgress('ReinstallRequestProcessed', `Processing reinstall request for generation ${generation}`)]);
  const refusal = await refusalOf(run, preservationMode);
  await run.write([refusal ? failed('ReinstallRequestValidated', refusal.shown) : completed('ReinstallRequestValidated', 'Valid reinstall request')]);
  await run.write([inProgress('ReinstallRequestProcessed', 'Validating reinstall request')]);
  if (refusal) {
    const message = `Encountered error executing task: Validating reinstall request. Error: ${refusal.error}`;
    await run.write([failed('ReinstallRequestProcessed', message)], (status) => ({ ...status, requestEndTime: run.now() }));
    return { state: 'over', instance: run.instance };
  }
  await run.write([notRequired('ReinstallPreservationDataBackedup'), notRequired('ReinstallClusterIdentityDataDetected')]);
  await run.write([inProgress('ReinstallRequestProcessed', 'Preserving data')]);
  return wait(PHASE_PAUSE_MS);
}

async function refusalOf(run: Run, preservationMode: string): Promise<{ readonly shown: string; readonly error: string } | undefined> {
  if (!(await reinstallsAllowed(run.deps.kube, run.signal)))
    return { shown: 'Cluster Reinstallation is not enabled', error: 'siteConfig operator is not configured for cluster reinstalls' };
  if (conditionOf(instanceStatus(run.instance).conditions, 'Provisioned')?.status !== 'True')
    return { shown: 'The cluster is not provisioned', error: 'only a provisioned cluster can be reinstalled' };
  if (preservationMode === 'None') return undefined;
  return { shown: `A rehearsal does not keep data: preservationMode ${preservationMode}`, error: 'only preservationMode None is simulated' };
}

/** The operator's configuration says so by `allowReinstalls: "true"`. */
async function reinstallsAllowed(kube: KubeClient, signal: AbortSignal): Promise<boolean> {
  const configuration = await kube.get(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: OPERATOR_NAMESPACE, name: 'siteconfig-operator-configuration' },
    signal,
  );
  return (configuration?.['data'] as Record<string, string> | undefined)?.['allowReinstalls'] === 'true';
}

async function deleteManifests(run: Run): Promise<Reinstallation> {
  const { kube, clock } = run.deps;
  const { namespace, name } = run.instance.metadata;
  const made = (instanceStatus(run.instance).manifestsRendered ?? []).filter(({ kind }) => kind !== 'ManagedCluster');
  const { references, sinceMs } = await deleteHighestWave({ kube, nowMs: clock.now() }, { namespace: namespace!, name }, made, run.signal);
  const going = references.map((one) => ({ ...one, status: 'deletion-in-progress' as const }));
  const higher = Math.max(-1, ...references.map(({ syncWave }) => syncWave));
  await run.change((status) => ({
    ...status,
    manifestsRendered: withReferences(
      status.manifestsRendered?.filter((one) => one.syncWave <= higher || !made.some((other) => sameObject(one, other))),
      going,
    ),
  }));
  // An object that stays for so long stays until somebody sees to it.
  if (going.length > 0) return wait(WAVE_PAUSE_MS, clock.now() - sinceMs > STUCK_MS);
  await run.write([completed('ReinstallRenderedManifestsDeleted', 'Successfully deleted rendered manifests')]);
  return wait(PHASE_PAUSE_MS);
}

async function finish(run: Run, generation: string): Promise<Reinstallation> {
  const clusterInstanceSpecDiff = JSON.stringify(specDiff(observedSpec(run.instance), run.instance['spec']));
  const message = 'The reinstall process completed successfully and the cluster is ready to be reprovisioned.';
  await run.write([completed('ReinstallRequestProcessed', message)], ({ inProgressGeneration: _done, ...status }) => {
    const times = { requestStartTime: status.requestStartTime!, requestEndTime: run.now() };
    return { ...status, ...times, observedGeneration: generation, history: [...(status.history ?? []), { generation, clusterInstanceSpecDiff, ...times }] };
  });
  return { state: 'over', instance: run.instance };
}

function is(run: Run, type: string, status: Condition['status']): boolean {
  return conditionOf(run.status.conditions, type)?.status === status;
}

function wait(afterMs: number, idle = false): Reinstallation {
  return { state: 'wait', again: { afterMs, ...(idle && { idle }) } };
}
