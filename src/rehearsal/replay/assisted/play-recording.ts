import type { KubeObject } from '../../../kube/objects.ts';
import { assistedService } from '../../controllers/assisted/assisted-controllers.ts';
import type { AssistedDeps } from '../../controllers/assisted/assisted-deps.ts';
import { DEFAULT_LIMITS, type StageLimits } from '../../controllers/assisted/service/stages.ts';
import { metal3Controllers } from '../../controllers/metal3/metal3-controllers.ts';
import { startHub, type HubHarness } from '../start-hub.ts';
import { serveMachines } from '../served-machines.ts';
import { recordTimeline, type TimelineEntry } from '../timeline.ts';
import { addressOf, concrete, uuidOf, type Recording, type ScriptStep } from './recording.ts';
import type { Requests, Timing } from './replay-options.ts';
import { KINDS, NAMESPACE } from './replayed-kinds.ts';
import { stepTaker } from './take-step.ts';

const WATCHED = ['Agent', 'AgentClusterInstall', 'BareMetalHost', 'ClusterDeployment', 'InfraEnv', 'Secret'].map((kind) => KINDS[kind]!);

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
        assistedServiceHost: 'assisted',
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
  return { clusterIds, take: stepTaker(hub, deps, recording, timing, over, requests) };
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
