import { createKubeClient } from '../../kube/create-kube-client.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Admit } from '../api/write/admission.ts';
import { serveApi } from '../api/server.ts';
import { createSimulatedClock, type SimulatedClock } from '../clock/simulated-clock.ts';
import { PARTICIPANT_HEADER } from '../clock/traffic.ts';
import type { Controller } from '../controllers/controller.ts';
import type { FaultBoard, HubDeps } from '../controllers/hub-deps.ts';
import type { ObjectCache } from '../controllers/object-cache.ts';
import { hubDefinitions } from '../definitions/hub-definitions.ts';
import { installDefinitions } from '../definitions/install-definitions.ts';
import { runControllers } from '../controllers/run-controllers.ts';
import type { Clock } from '../../util/clock.ts';
import { directDial } from '../../util/dial.ts';
import { LABWRIGHT_NAMESPACE, uuidV5 } from '../../util/ids.ts';

/** A hub in this process: a simulated API server with a hub's definitions, controllers, and a clock that jumps. */
export interface HubHarness {
  /** The player's own client, as foreign to the controllers as kubectl. */
  readonly kube: KubeClient;
  /** The player's place at the clock: time moves only while the player sleeps on it. */
  readonly clock: Clock;
  readonly simulated: SimulatedClock;
  /** Failures of reconciles, as they were logged. */
  readonly log: readonly string[];
  /** Mutating requests since the start, by anybody. */
  readonly requests: () => number;
  /** Runs controllers (more of them at any time) with a participant of their own. */
  run(of: (deps: HarnessDeps, cache: ObjectCache) => readonly Controller[]): Promise<ObjectCache>;
  /** Sleeps until that many simulated milliseconds after the start, then holds time while `act` runs. */
  at<T>(ms: number, act: () => Promise<T>): Promise<T>;
  /** The same, that many simulated milliseconds from now. */
  later<T>(ms: number, act: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What every hub controller gets; those that need machines or a BMC are handed them by who runs them. */
export type HarnessDeps = Pick<HubDeps, 'kube' | 'clock' | 'seed' | 'hub' | 'log' | 'faults'>;

export const HUB_START_MS = Date.UTC(2026, 0, 5, 8);
const TOKEN = 'hub-harness';

export interface HubOptions {
  /** Ours when left out. */
  readonly definitions?: readonly KubeObject[];
  readonly admit?: Admit;
  readonly faults?: FaultBoard;
}

/** Starts a hub without controllers. Time stands still until its caller sleeps for the first time. */
export async function startHub(options: HubOptions = {}): Promise<HubHarness> {
  const simulated = createSimulatedClock({ startMs: HUB_START_MS, speed: undefined });
  const stop = new AbortController();
  let requests = 0;
  const tokens = [{ token: TOKEN, user: 'admin', uid: 'admin', groups: ['system:masters'] }];
  let uuids = 0;
  const randomUuid = (): string => uuidV5(LABWRIGHT_NAMESPACE, `harness/${uuids++}`);
  const onMutation = (): void => void requests++;
  const api = await serveApi({ clock: simulated.participant('api'), traffic: simulated.traffic, tokens, admit: options.admit, onMutation, randomUuid }, 0);
  installDefinitions(api, options.definitions ?? hubDefinitions());
  const client = (participant: string): KubeClient =>
    createKubeClient(
      { clock: simulated.participant(participant), dial: directDial, headers: { [PARTICIPANT_HEADER]: participant } },
      { server: api.url, ca: api.ca, token: TOKEN },
    );
  const clock = simulated.participant('player');
  const kube = client('player');
  const log: string[] = [];
  let groups = 0;
  // Held from here on, but while the player sleeps.
  let release = holdClock(clock);
  const sleepUntil = async (ms: number): Promise<void> => {
    const left = HUB_START_MS + ms - simulated.now();
    if (left <= 0) return;
    const woken = clock.sleep(left);
    release();
    await woken;
    release = holdClock(clock);
  };
  return {
    kube,
    clock,
    simulated,
    log,
    requests: () => requests,
    async run(of) {
      const participant = `controllers-${groups++}`;
      const deps = {
        kube: client(participant),
        clock: simulated.participant(participant),
        seed: 1,
        hub: 'hub1',
        log: (line: string) => void log.push(line),
        faults: options.faults ?? { hits: () => false, spend: () => undefined },
      };
      const { cache } = await runControllers(deps, (filled) => of(deps, filled), stop.signal);
      return cache;
    },
    async at(ms, act) {
      await sleepUntil(ms);
      return act();
    },
    async later(ms, act) {
      await sleepUntil(simulated.now() - HUB_START_MS + ms);
      return act();
    },
    async close() {
      stop.abort(new Error('the replay is over'));
      release();
      await api.close();
    },
  };
}

function holdClock(clock: Clock): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  void clock.during(promise);
  return resolve;
}
