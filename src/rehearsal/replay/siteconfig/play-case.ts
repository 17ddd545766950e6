import { isKubeApiError } from '../../../kube/kube-api-error.ts';
import type { KubeClient } from '../../../kube/kube-client.ts';
import type { Condition, KubeObject, ObjectRef } from '../../../kube/objects.ts';
import { objectPath } from '../../../kube/objects.ts';
import { OPERATOR_NAMESPACE } from '../../../render/siteconfig/foreign-templates.ts';
import { rfc3339Seconds } from '../../controllers/conditions.ts';
import { HUB_START_MS, type HubHarness } from '../start-hub.ts';
import type { RecordedAction, SiteconfigCase } from './recording.ts';

/** What was seen while a recorded case was played again. */
export interface Replayed {
  /** Per change, by type; `reinstall/` in front of those of status.reinstall. */
  readonly conditions: Readonly<Record<string, readonly Seen[]>>;
  readonly observedGenerations: readonly number[];
  /** `Kind/name` and when it went, in milliseconds since the case began. */
  readonly deletions: readonly { readonly object: string; readonly t_ms: number }[];
  /** Status and message of every action's answer. */
  readonly answers: readonly { readonly status: number; readonly message: string | undefined }[];
  /** What the owned objects were before the actions; without actions, at the end. */
  readonly before: ReadonlyMap<string, KubeObject>;
  /** The same when the recording looked again. */
  readonly later: readonly ReadonlyMap<string, KubeObject>[];
  readonly end: ReadonlyMap<string, KubeObject>;
  readonly instance: KubeObject | undefined;
  /** A second ClusterInstance that an action made. */
  readonly second: KubeObject | undefined;
}

/** `<status> <reason> | <message>`, and when it was first seen. */
export interface Seen {
  readonly t_ms: number;
  readonly line: string;
}

const KINDS: Readonly<Record<string, string>> = {
  clusterinstances: 'ClusterInstance',
  clusterdeployments: 'ClusterDeployment',
  baremetalhosts: 'BareMetalHost',
  secrets: 'Secret',
};
const SETTLE_MS = 3000;
/** Plays the inputs and the actions of a case at their times, and looks at the hub when the recording did. */
export async function playCase(hub: HubHarness, recorded: SiteconfigCase): Promise<Replayed> {
  const given = recorded.inputs.find(({ kind }) => kind === 'ClusterInstance')!;
  const ref = refOf(given);
  for (const input of recorded.inputs) if (input !== given) await createOnce(hub.kube, input);
  await configure(hub.kube, recorded);
  const observer = await observe(hub, ref, recorded);
  await hub.kube.create(given);

  const actions = recorded.actions ?? [];
  const later: ReadonlyMap<string, KubeObject>[] = [];
  const answers: { status: number; message: string | undefined }[] = [];
  const moments = [
    ...actions.map((action) => ({ t_ms: action.t_ms, act: async () => void answers.push(await play(hub, recorded, action)) })),
    ...(recorded.laterSnapshots ?? []).map(({ t_ms }) => ({ t_ms: t_ms - 1, act: async () => void later.push(await snapshot(hub.kube, recorded)) })),
  ].toSorted((a, b) => a.t_ms - b.t_ms);
  const before = actions[0] && (await hub.at(Math.max(1, actions[0].t_ms - 1), () => snapshot(hub.kube, recorded)));
  for (const { t_ms, act } of moments) await hub.at(t_ms, act);
  const last = Math.max(0, ...[...recorded.conditionTimeline, ...recorded.metadataTimeline, ...moments].map((one) => Number(one['t_ms'])));
  const instance = await hub.at(last + SETTLE_MS, () => hub.kube.get(ref));
  const end = await snapshot(hub.kube, recorded);
  const posted = actions.find(({ body }) => (body as KubeObject | undefined)?.kind === 'ClusterInstance');
  const second = posted && (await hub.kube.get(refOf(posted.body as KubeObject)));
  observer.stop();
  return { ...observer.seen, answers, before: before ?? end, later, end, instance, second };
}

/** The operator's configuration is not among the inputs; a description names what of it is not the default. */
async function configure(kube: KubeClient, { description = '' }: SiteconfigCase): Promise<void> {
  const configuration = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'siteconfig-operator-configuration', namespace: OPERATOR_NAMESPACE } };
  await createOnce(kube, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: OPERATOR_NAMESPACE } });
  const allowReinstalls = String(description.includes('allowReinstalls "true"'));
  await kube.apply({ ...configuration, data: { allowReinstalls } }, { fieldManager: 'player', force: true });
}

async function play(hub: HubHarness, recorded: SiteconfigCase, action: RecordedAction): Promise<{ status: number; message: string | undefined }> {
  const { kube } = hub;
  const [, group, version, namespace, plural, name, subresource] =
    /^\/apis?(?:\/([^/]+(?=\/[^/]+\/namespaces)))?\/([^/]+)\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?(?:\/(status))?$/.exec(action.path)!;
  const ref = { apiVersion: group === undefined ? version! : `${group}/${version}`, kind: KINDS[plural!]!, namespace: namespace!, name: name ?? '' };
  const body = withTimes(action.body, rfc3339Seconds(hub.simulated.now())) as KubeObject | undefined;
  try {
    if (action.method === 'POST') await kube.create(body ?? pullSecret(recorded, namespace!));
    else if (action.method === 'DELETE') await kube.delete(ref);
    else await kube.patch(ref, body, { type: 'merge', ...(subresource === 'status' && { subresource }) });
    return { status: action.method === 'POST' ? 201 : 200, message: undefined };
  } catch (error) {
    if (!isKubeApiError(error)) throw error;
    return { status: error.status, message: error.serverMessage };
  }
}

/** A Secret that is made without showing it: the one that the ClusterInstance waits for. */
function pullSecret({ inputs }: SiteconfigCase, namespace: string): KubeObject {
  const spec = inputs.find(({ kind }) => kind === 'ClusterInstance')?.['spec'] as { readonly pullSecretRef?: { readonly name: string } } | undefined;
  const data = { '.dockerconfigjson': Buffer.from('{"auths":{}}').toString('base64') };
  const metadata = { name: spec?.pullSecretRef?.name ?? 'pull-secret', namespace };
  return { apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/dockerconfigjson', data };
}

async function snapshot(kube: KubeClient, recorded: SiteconfigCase): Promise<ReadonlyMap<string, KubeObject>> {
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
  recorded: SiteconfigCase,
): Promise<{ readonly seen: Pick<Replayed, 'conditions' | 'observedGenerations' | 'deletions'>; readonly stop: () => void }> {
  const conditions: Record<string, Seen[]> = {};
  const elapsed = (): number => hub.simulated.now() - HUB_START_MS;
  const observedGenerations: number[] = [];
  const deletions: { object: string; t_ms: number }[] = [];
  const stop = new AbortController();
  const note = (prefix: string, list: readonly Condition[] | undefined): void => {
    for (const { type, status, reason, message } of list ?? []) {
      const line = `${status} ${reason} | ${message}`;
      const lines = (conditions[`${prefix}${type}`] ??= []);
      if (lines.at(-1)?.line !== line) lines.push({ t_ms: elapsed(), line });
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
      if (type === 'deleted') deletions.push({ object: `${object.kind}/${object.metadata.name}`, t_ms: elapsed() });
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
