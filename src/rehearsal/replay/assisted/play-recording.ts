import type { KubeClient } from '../../../kube/kube-client.ts';
import type { KindRef, KubeObject } from '../../../kube/objects.ts';
import type { Admit } from '../../api/write/admission.ts';
import { assistedService } from '../../controllers/assisted/assisted-controllers.ts';
import type { AssistedDeps } from '../../controllers/assisted/assisted-deps.ts';
import type { InstallerStep } from '../../controllers/assisted/guest/host-script.ts';
import { playAgent } from '../../controllers/assisted/guest/play-agent.ts';
import { playInstaller } from '../../controllers/assisted/guest/play-installer.ts';
import { DEFAULT_LIMITS, type StageLimits } from '../../controllers/assisted/service/stages.ts';
import { metal3Controllers } from '../../controllers/metal3/metal3-controllers.ts';
import { addressOf, concrete, uuidOf, type Recording, type ScriptStep } from './recording.ts';
import { startHub, HUB_START_MS, type HubHarness } from '../start-hub.ts';
import { createRecordedWorld, hostScript, installerSteps, RELEASE_IMAGES } from './recorded-hosts.ts';
import { waiter } from './recorded-waits.ts';
import { serveMachines } from '../served-machines.ts';
import { recordTimeline, type TimelineEntry } from '../timeline.ts';

const NAMESPACE = 'spoke-ns';
const TICK_MS = 250;
const DEFAULT_PATIENCE_S = 600;
const SETTLE_LIMIT_MS = 3 * 3_600_000;
const KINDS: Readonly<Record<string, KindRef>> = {
  Agent: { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'Agent' },
  AgentClusterInstall: { apiVersion: 'extensions.hive.openshift.io/v1beta1', kind: 'AgentClusterInstall' },
  BareMetalHost: { apiVersion: 'metal3.io/v1alpha1', kind: 'BareMetalHost' },
  ClusterDeployment: { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterDeployment' },
  ClusterImageSet: { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterImageSet' },
  ConfigMap: { apiVersion: 'v1', kind: 'ConfigMap' },
  InfraEnv: { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'InfraEnv' },
  NMStateConfig: { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'NMStateConfig' },
  Secret: { apiVersion: 'v1', kind: 'Secret' },
};
const WATCHED = ['Agent', 'AgentClusterInstall', 'BareMetalHost', 'ClusterDeployment', 'InfraEnv', 'Secret'].map((kind) => KINDS[kind]!);

/** What no script says: when, within their periods, the recorded monitors looked, and how long inventories took. A test tries some. */
export interface Timing {
  readonly hostMs: number;
  readonly clusterMs: number;
  readonly inventoryMs?: number;
}

/** Attempts at the admission webhooks, in the cases that have them. */
export interface Requests {
  readonly admit: Admit;
  readonly make: (kube: KubeClient, phase: string) => Promise<void>;
}

export interface Replay {
  readonly timeline: readonly TimelineEntry[];
  /** Agents and AgentClusterInstalls as they were left. */
  readonly objects: readonly KubeObject[];
}

/** Replays the script of a recording against our assisted-service. @returns what happened to the objects, with `<…>` placeholders. */
export async function playRecording(
  definitions: readonly KubeObject[],
  recording: Recording,
  timing: Timing,
  fields: readonly string[],
  requests?: Requests,
): Promise<Replay> {
  const hub = await startHub({ definitions, ...(requests ? { admit: requests.admit } : {}) });
  const over = new AbortController();
  try {
    const player = await startPlayer(hub, recording, timing, over.signal, requests);
    const observed = recordTimeline(hub.kube, () => hub.simulated.now(), WATCHED, fields, over.signal);
    for (const step of recording.script ?? []) await player.take(step);
    const objects = await Promise.all(
      ['Agent', 'AgentClusterInstall'].map(async (kind) => (await hub.kube.list({ ...KINDS[kind]!, namespace: NAMESPACE })).items),
    );
    return { timeline: normal(observed.timeline, player.clusterIds), objects: normal(objects.flat(), player.clusterIds) };
  } finally {
    over.abort(new Error('the recording is over'));
    await hub.close();
  }
}

interface Player {
  /** Of every cluster that there was. */
  readonly clusterIds: ReadonlySet<string>;
  take(step: ScriptStep): Promise<void>;
}

async function startPlayer(hub: HubHarness, recording: Recording, timing: Timing, over: AbortSignal, requests: Requests | undefined): Promise<Player> {
  const script = recording.script ?? [];
  const given = script.filter((step) => step.do === 'given');
  const limitS = given.find(({ object }) => object === 'stage limits')?.seconds;
  const unreadable = new Map(given.flatMap(({ image, error }) => (image !== undefined && error !== undefined ? [[image, error]] : [])));
  const bootstrap = script.flatMap((step) => (step.do === 'stages' && step.as === 'bootstrap' ? [step.host] : []))[0];
  const roles = new Map(
    recording.timeline.flatMap(({ kind, name, change }) =>
      kind === 'Agent' && 'field' in change && change.field === 'status.role' ? [[concrete(name).replaceAll(/[<>]/g, ''), String(change.value)]] : [],
    ),
  );
  let deps!: AssistedDeps;
  const hosts = recording.inputs.filter(({ kind }) => kind === 'BareMetalHost');
  const served = await serveMachines(
    hub,
    hosts.map((host, index) => ({ name: host.metadata.name, uuid: uuidOf(index + 1), mac: macOf(host), address: addressOf(host.metadata.name).ip })),
  );
  over.addEventListener('abort', () => served.close(), { once: true });
  await hub.run((own, cache) => {
    const service = assistedService(
      {
        ...own,
        hub: 'hub1',
        seed: 1,
        machines: served.machines,
        bmc: served.openBmc(own.clock, 'controllers-0'),
        publishIso: served.publishIso,
        imageServiceHost: 'images',
        spokeCredentials: ({ name }) => Promise.resolve({ kubeconfig: `kubeconfig of ${name}`, password: 'secret' }),
        faults: { hits: () => false, spend: () => undefined },
        log: () => undefined,
      },
      cache,
      {
        hostPhaseMs: timing.hostMs,
        clusterPhaseMs: timing.clusterMs,
        ...(limitS === undefined ? {} : { limits: shortened(limitS * 1000) }),
        chooseBootstrap: (masters) => masters.find(({ id }) => id === `host-${bootstrap}`),
        suggestRole: ({ id }) => (roles.get(id) === 'worker' ? 'worker' : 'master'),
        releases: {
          osImages: ['4.18', '4.19'],
          versionOf(image) {
            const error = unreadable.get(image);
            return error === undefined ? { version: /:(\d+\.\d+\.\d+)/.exec(image)?.[1] ?? '4.18.10' } : { error };
          },
        },
      },
    );
    deps = service.deps;
    return hosts.length === 0 ? service.controllers : [...service.controllers, ...metal3Controllers(deps, cache)];
  });
  await hub.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  const clusterIds = new Set<string>();
  deps.service.onChange((change) => 'cluster' in change && clusterIds.add(change.cluster.id));
  return { clusterIds, take: taker(hub, deps, recording, timing, over, requests) };
}

function macOf(host: KubeObject): string {
  const { bootMACAddress = '' }: { readonly bootMACAddress?: string } = host['spec'] ?? {};
  return bootMACAddress;
}

/** `recorded/README-hub.md`: limits for these were cut, the others were not. */
function shortened(ms: number): StageLimits {
  const stages = Object.fromEntries(
    (['Starting installation', 'Writing image to disk', 'Rebooting', 'Configuring', 'Joined'] as const).map((stage) => [stage, ms]),
  );
  return { ...DEFAULT_LIMITS, stages: { ...DEFAULT_LIMITS.stages, ...stages }, finalizing: { 'Waiting for cluster operators': ms } };
}

function taker(hub: HubHarness, deps: AssistedDeps, recording: Recording, timing: Timing, over: AbortSignal, requests: Requests | undefined): Player['take'] {
  const { agents, service, clock } = deps;
  const world = createRecordedWorld();
  const alive = new Map<string, AbortController>();
  let playing: Promise<unknown>[] = [];
  const elapsed = (): number => hub.simulated.now() - HUB_START_MS;
  const sleep = (ms: number): Promise<void> => hub.at(elapsed() + ms, () => Promise.resolve());
  const get = (object: string): Promise<KubeObject | undefined> => {
    const [kind = '', name = ''] = concrete(object).split('/');
    const ref = { ...KINDS[kind]!, name };
    return hub.kube.get(kind === 'ClusterImageSet' ? ref : { ...ref, namespace: NAMESPACE });
  };
  const until = async (condition: () => boolean | Promise<boolean>, limitS = DEFAULT_PATIENCE_S): Promise<void> => {
    for (let waited = 0; waited < limitS * 1000; waited += TICK_MS) {
      if (await condition()) return;
      await sleep(TICK_MS);
    }
  };
  const wait = waiter({ get, requests: hub.requests, elapsed, until });
  const cluster = () => [...service.clusters.values()][0];

  async function install(step: Extract<ScriptStep, { do: 'stages' }>): Promise<void> {
    const id = `host-${step.host}`;
    const gone = AbortSignal.any([over, alive.get(step.host)?.signal ?? over]);
    await playHost(async () => {
      while (service.hosts.get(id)?.state !== 'installing') await clock.sleep(TICK_MS, gone);
      const script = recording.script ?? [];
      const failure = script.find((one) => one.do === 'fail' && one.host === step.host);
      const steps = installerSteps(script, step);
      const last: readonly InstallerStep[] = failure && failure.do === 'fail' ? [{ do: 'fail', message: failure.message, afterMs: 1500 }] : [];
      await playInstaller(deps, id, [...steps, ...last], over);
    });
  }

  // What plays beside the script fails the next step.
  let broken: unknown;
  const playHost = async (play: () => Promise<void>): Promise<void> => {
    await play().catch((error: unknown) => {
      if (!over.aborted && !String(error).includes('gone')) broken ??= error;
    });
  };

  return async (step) => {
    if (broken !== undefined) throw broken;
    switch (step.do) {
      case 'given':
        if (step.releaseImage !== undefined) await hub.kube.create(imageSet(step.object, step.releaseImage));
        return;
      case 'create': {
        const [kind, name] = step.object.split('/');
        const input = recording.inputs.find((one) => one.kind === kind && one.metadata.name === name);
        await hub.kube.create(input ? concrete(input) : imageSet(step.object, step.releaseImage ?? ''));
        return;
      }
      case 'patch': {
        const object = await get(step.object);
        await hub.kube.patch({ ...KINDS[object!.kind]!, namespace: NAMESPACE, name: object!.metadata.name }, step.body, { type: 'merge' });
        return sleep(TICK_MS);
      }
      case 'delete': {
        const [kind = '', name = ''] = concrete(step.object).split('/');
        await hub.kube.delete({ ...KINDS[kind]!, namespace: NAMESPACE, name });
        return sleep(TICK_MS);
      }
      case 'approve': {
        await until(async () => (await get(`Agent/host-${step.host}`)) !== undefined);
        const { role, installation_disk_id } = step;
        const spec = { approved: true, ...(role === undefined ? {} : { role }), ...(installation_disk_id === undefined ? {} : { installation_disk_id }) };
        await hub.kube.patch({ ...KINDS['Agent']!, namespace: NAMESPACE, name: `host-${step.host}` }, { spec }, { type: 'merge' });
        return;
      }
      case 'boot': {
        const infraEnv = [...service.infraEnvs.values()].find(({ name }) => name === (step.infraenv ?? 'spoke'));
        const guest = new AbortController();
        alive.set(step.host, guest);
        if (step.again) {
          // It comes back after the reboot that its stages end with.
          await Promise.all(playing.map((one) => settle(one, sleep)));
          agents.register(`host-${step.host}`, infraEnv!.id);
        } else
          void playHost(() =>
            playAgent(deps, `host-${step.host}`, infraEnv!.id, hostScript(world, step, timing.inventoryMs ?? 400), AbortSignal.any([guest.signal, over])),
          );
        return;
      }
      case 'silent':
      case 'off':
        if (step.do === 'off') alive.get(step.host)?.abort(new Error('gone'));
        // The rest of what runs side by side comes first: the host falls silent where it hangs.
        await Promise.all(playing.map((one) => settle(one, sleep)));
        playing = [];
        return agents.silent(`host-${step.host}`);
      case 'talk':
        return agents.talk(`host-${step.host}`);
      case 'ntp-unreachable':
        return void world.ntp.add(step.host);
      case 'connectivity':
        return void world.missing.push(...step.missing);
      case 'vips-in-use':
        return step.hosts.forEach((host) => world.vips.add(host));
      case 'disk-speed':
        return void world.disks.set(step.host, step.sync_ms);
      case 'image-pull-fails':
        return void world.images.set(step.host, step.images === 'all' ? RELEASE_IMAGES : step.images);
      case 'stages':
        playing.push(install(step));
        return;
      case 'fail':
      case 'hang':
      case 'complete':
        return;
      case 'requests':
        return requests?.make(hub.kube, step.phase);
      case 'finalizing':
        await sleep(3000);
        return agents.finalizing(cluster()!.id, step.stage);
      case 'operator':
        await sleep(3000);
        return agents.operator(cluster()!.id, step.name, step.status, step.message);
      case 'cluster-operators-ready':
        await sleep(3000);
        agents.operator(cluster()!.id, 'console', 'available', 'All is well');
        await sleep(3000);
        return agents.operator(cluster()!.id, 'cvo', 'available', 'Done applying 4.18.10');
      case 'upload-ingress-ca':
        await sleep(3000);
        return agents.uploadIngressCa(cluster()!.id);
      case 'wait':
        if (step.seconds !== undefined) return sleep(step.seconds * 1000);
        return wait(step.until ?? '', step.at_most_s);
    }
  };
}

/** Waits for something that plays on the clock: time must go on meanwhile. */
async function settle(playing: Promise<unknown>, sleep: (ms: number) => Promise<void>): Promise<void> {
  const state = { over: false };
  void playing.finally(() => (state.over = true));
  for (let waited = 0; !state.over && waited < SETTLE_LIMIT_MS; waited += TICK_MS) await sleep(TICK_MS);
}

function imageSet(object: string, releaseImage: string): KubeObject {
  return { ...KINDS['ClusterImageSet']!, metadata: { name: object.split('/')[1] ?? '' }, spec: { releaseImage } };
}

/** Ids that are ours as the placeholders that the recordings have for theirs. */
function normal<T>(values: readonly T[], clusterIds: ReadonlySet<string>): readonly T[] {
  return values.map((entry) => {
    let text = JSON.stringify(entry)
      .replaceAll(/host-(?:master|worker|extra)-\d+/g, '<$&>')
      .replaceAll('/tmp/registry-config', '<pull-secret-file>');
    for (const id of clusterIds) text = text.replaceAll(id, '<cluster-id>');
    return JSON.parse(text) as T;
  });
}
