import { isKubeApiError } from '../../src/kube/kube-api-error.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { Condition, KubeObject, ObjectRef } from '../../src/kube/objects.ts';
import { objectPath } from '../../src/kube/objects.ts';
import { rfc3339Seconds } from '../../src/rehearsal/controllers/conditions.ts';
import type { HubHarness } from './hub-harness.ts';
import { HUB_START_MS } from './hub-harness.ts';
import type { RecordedAction, RecordedCase } from './siteconfig-recordings.ts';

/** What was seen while a recorded case was played again. */
export interface Replayed {
  /** `<type>: <status> <reason> | <message>` per change, by type; `reinstall/` in front of those of status.reinstall. */
  readonly conditions: Readonly<Record<string, readonly string[]>>;
  readonly observedGenerations: readonly number[];
  /** `Kind/namespace/name` and when it went, in milliseconds since the case began. */
  readonly deletions: readonly { readonly object: string; readonly t_ms: number }[];
  /** Status and message of every action's answer. */
  readonly answers: readonly { readonly status: number; readonly message: string | undefined }[];
  /** What the owned objects were: before the actions (at the end in RENDERED_AT_END), then when the recording looked again. */
  readonly snapshots: readonly ReadonlyMap<string, KubeObject>[];
  readonly instance: KubeObject | undefined;
  /** The ClusterInstance of case two-clusters-one-name's action. */
  readonly second: KubeObject | undefined;
}

const KINDS: Readonly<Record<string, string>> = {
  clusterinstances: 'ClusterInstance',
  clusterdeployments: 'ClusterDeployment',
  baremetalhosts: 'BareMetalHost',
  secrets: 'Secret',
};
const SETTLE_MS = 3000;
/** These show the objects as they were after all actions. */
const RENDERED_AT_END = ['missing-pull-secret', 'provisioned-adopted', 'reinstall-while-held'];

/** Plays the inputs and the actions of a case at their times, and looks at the hub when the recording did. */
export async function replaySiteconfig(hub: HubHarness, recorded: RecordedCase): Promise<Replayed> {
  const startMs = hub.simulated.now() - HUB_START_MS;
  const at = <T>(t_ms: number, act: () => Promise<T>): Promise<T> => hub.at(startMs + t_ms, act);
  const given = recorded.inputs.find(({ kind }) => kind === 'ClusterInstance')!;
  const ref = refOf(given);
  for (const input of recorded.inputs) if (input !== given) await createOnce(hub.kube, input);
  // The operator's configuration is not among the inputs; the description has it.
  const configuration = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'siteconfig-operator-configuration', namespace: 'open-cluster-management' } };
  await createOnce(hub.kube, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'open-cluster-management' } });
  await hub.kube.apply({ ...configuration, data: { allowReinstalls: String(recorded.case === 'reinstall-enabled') } }, { fieldManager: 'test', force: true });
  const observer = await observe(hub, ref, recorded, startMs);
  await hub.kube.create(given);

  const snapshots: ReadonlyMap<string, KubeObject>[] = [];
  const answers: { status: number; message: string | undefined }[] = [];
  const later = recorded.laterSnapshots ?? [];
  const first = recorded.actions !== undefined && !RENDERED_AT_END.includes(recorded.case);
  const moments = [
    ...(recorded.actions ?? []).map((action) => ({ t_ms: action.t_ms, act: async () => void answers.push(await play(hub, recorded, action)) })),
    ...later.map(({ t_ms }) => ({ t_ms: t_ms - 1, act: async () => void snapshots.push(await snapshot(hub.kube, recorded)) })),
  ].toSorted((a, b) => a.t_ms - b.t_ms);
  if (first) await at(Math.max(1, (recorded.actions?.[0]?.t_ms ?? 1) - 1), async () => void snapshots.push(await snapshot(hub.kube, recorded)));
  for (const { t_ms, act } of moments) await at(t_ms, act);
  const last = Math.max(0, ...[...recorded.conditionTimeline, ...recorded.metadataTimeline, ...moments].map((one) => Number(one['t_ms'])));
  const instance = await at(last + SETTLE_MS, () => hub.kube.get(ref));
  if (!first) snapshots.push(await snapshot(hub.kube, recorded));
  const posted = recorded.actions?.find(({ body }) => (body as KubeObject | undefined)?.kind === 'ClusterInstance');
  const second = posted && (await hub.kube.get(refOf(posted.body as KubeObject)));
  observer.stop();
  return { ...observer.seen, answers, snapshots, instance, second };
}

/** Deletes what the case made, and waits in simulated time. */
export async function clearCase(hub: HubHarness): Promise<void> {
  for (const instance of (await hub.kube.list({ apiVersion: 'siteconfig.open-cluster-management.io/v1alpha1', kind: 'ClusterInstance' })).items)
    await hub.kube.delete(refOf(instance));
  await hub.later(10 * 60_000, async () => undefined);
}

async function play(hub: HubHarness, recorded: RecordedCase, action: RecordedAction): Promise<{ status: number; message: string | undefined }> {
  const { kube } = hub;
  const [, group, version, namespace, plural, name, subresource] =
    /^\/apis?(?:\/([^/]+(?=\/[^/]+\/namespaces)))?\/([^/]+)\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?(?:\/(status))?$/.exec(action.path)!;
  const ref = { apiVersion: group === undefined ? version! : `${group}/${version}`, kind: KINDS[plural!]!, namespace: namespace!, name: name ?? '' };
  const body = withTimes(action.body, rfc3339Seconds(hub.simulated.now())) as KubeObject | undefined;
  try {
    if (action.method === 'POST') await kube.create(body ?? pullSecret(namespace!));
    else if (action.method === 'DELETE') await kube.delete(ref);
    else await kube.patch(ref, mended(recorded, action, body), { type: 'merge', ...(subresource === 'status' && { subresource }) });
    return { status: action.method === 'POST' ? 201 : 200, message: undefined };
  } catch (error) {
    if (!isKubeApiError(error)) throw error;
    return { status: error.status, message: error.serverMessage };
  }
}

/** The recording lost the node's pruneManifests of this action; its effect and the case's description show it. */
function mended(recorded: RecordedCase, action: RecordedAction, body: unknown): unknown {
  const spec = (body as { spec?: { pruneManifests?: unknown; nodes?: object[] } }).spec;
  if (recorded.case !== 'prune-manifests' || action !== recorded.actions?.[0]) return body;
  const pruneManifests = [{ apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'NMStateConfig' }];
  return { spec: { ...spec, nodes: spec?.nodes?.map((node) => ({ ...node, pruneManifests })) } };
}

/** Not shown in the recording of missing-pull-secret. */
function pullSecret(namespace: string): KubeObject {
  const data = { '.dockerconfigjson': Buffer.from('{"auths":{}}').toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'pull-secret', namespace }, type: 'kubernetes.io/dockerconfigjson', data };
}

async function snapshot(kube: KubeClient, recorded: RecordedCase): Promise<ReadonlyMap<string, KubeObject>> {
  const known = [...(recorded.rendered ?? []), ...(recorded.laterSnapshots ?? []).flatMap(({ changedOrNew }) => changedOrNew)];
  const refs = new Map(known.map((object) => [objectPath(object), refOf(object)]));
  const found = new Map<string, KubeObject>();
  for (const [path, ref] of refs) {
    const object = await kube.get(ref);
    if (object) found.set(path, object);
  }
  return found;
}

async function observe(
  hub: HubHarness,
  ref: ObjectRef,
  recorded: RecordedCase,
  startMs: number,
): Promise<{ readonly seen: Pick<Replayed, 'conditions' | 'observedGenerations' | 'deletions'>; readonly stop: () => void }> {
  const conditions: Record<string, string[]> = {};
  const observedGenerations: number[] = [];
  const deletions: { object: string; t_ms: number }[] = [];
  const stop = new AbortController();
  const note = (prefix: string, list: readonly Condition[] | undefined): void => {
    for (const { type, status, reason, message } of list ?? []) {
      const line = `${status} ${reason} | ${message}`;
      const lines = (conditions[`${prefix}${type}`] ??= []);
      if (lines.at(-1) !== line) lines.push(line);
    }
  };
  const watch = async (kind: ObjectRef | KubeObject, onEvent: (type: string, object: KubeObject) => void, started: () => void): Promise<void> => {
    const { apiVersion, kind: name } = kind;
    for await (const event of hub.kube.watch({ apiVersion, kind: name }, stop.signal)) {
      if (event.type === 'synced') started();
      else onEvent(event.type, event.object);
    }
  };
  const kinds = new Map((recorded.rendered ?? []).map((object) => [object.kind, object]));
  const ready: Promise<void>[] = [];
  const follow = (kind: ObjectRef | KubeObject, onEvent: (type: string, object: KubeObject) => void): void => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    ready.push(promise);
    watch(kind, onEvent, resolve).catch((error: unknown) => (stop.signal.aborted ? undefined : reject(error)));
  };
  follow(ref, (_type, object) => {
    if (objectPath(object) !== objectPath(ref)) return;
    const status = (object['status'] ?? {}) as { conditions?: Condition[]; observedGeneration?: number; reinstall?: { conditions?: Condition[] } };
    note('', status.conditions);
    note('reinstall/', status.reinstall?.conditions);
    if (status.observedGeneration !== undefined && status.observedGeneration !== observedGenerations.at(-1))
      observedGenerations.push(status.observedGeneration);
  });
  for (const kind of kinds.values())
    follow(kind, (type, object) => {
      if (type === 'deleted') deletions.push({ object: `${object.kind}/${object.metadata.name}`, t_ms: hub.simulated.now() - HUB_START_MS - startMs });
    });
  await Promise.all(ready);
  return { seen: { conditions, observedGenerations, deletions }, stop: () => stop.abort(new Error('the case is over')) };
}

function refOf({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): ObjectRef {
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) };
}

async function createOnce(kube: KubeClient, object: KubeObject): Promise<void> {
  await kube.create(object).catch((error: unknown) => {
    if (!isKubeApiError(error) || error.status !== 409) throw error;
  });
}

function withTimes(value: unknown, time: string): unknown {
  return JSON.parse(JSON.stringify(value ?? null).replaceAll('<time>', time)) ?? undefined;
}
