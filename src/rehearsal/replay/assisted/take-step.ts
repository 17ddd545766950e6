import type { KubeObject } from '../../../kube/objects.ts';
import type { AssistedDeps } from '../../controllers/assisted/assisted-deps.ts';
import type { InstallerStep } from '../../controllers/assisted/guest/host-script.ts';
import { playAgent } from '../../controllers/assisted/guest/play-agent.ts';
import { playInstaller } from '../../controllers/assisted/guest/play-installer.ts';
import { HUB_START_MS, type HubHarness } from '../start-hub.ts';
import { createRecordedWorld, hostScript, installerSteps, RELEASE_IMAGES } from './recorded-hosts.ts';
import { waiter } from './recorded-waits.ts';
import { concrete, type Recording, type ScriptStep } from './recording.ts';
import type { Requests, Timing } from './replay-options.ts';
import { KINDS, NAMESPACE } from './replayed-kinds.ts';

const TICK_MS = 250;
const DEFAULT_PATIENCE_S = 600;
const SETTLE_LIMIT_MS = 3 * 3_600_000;

/** Plays a script step by step: what somebody does on the hub, and what happens on the hosts meanwhile. */
export function stepTaker(
  hub: HubHarness,
  deps: AssistedDeps,
  recording: Recording,
  timing: Timing,
  over: AbortSignal,
  requests: Requests | undefined,
): (step: ScriptStep) => Promise<void> {
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
