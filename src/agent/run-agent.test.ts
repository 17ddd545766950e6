import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { JobSpec, SentEvent } from '../contract/agent.ts';
import type { ActionDeps } from '../hub/action.ts';
import { EMPTY_LOCK } from '../lab/lock.ts';
import { planLab } from '../lab/plan-lab.ts';
import { createSimulatedClock } from '../rehearsal/clock/simulated-clock.ts';
import { realSleep, systemClock, type Clock } from '../util/clock.ts';
import { directDial } from '../util/dial.ts';
import { LabwrightError } from '../util/errors.ts';
import { localExec } from '../util/exec.ts';
import { newUuid } from '../util/ids.ts';
import { createLog } from '../util/log.ts';
import { packageRoot } from '../util/package-root.ts';
import type { Step } from '../util/step.ts';
import { createClockGate } from './clock-gate.ts';
import { CLAIMS_FILE, openClaims } from '../machines/claims-store.ts';
import type { ControlServer } from './control-server.ts';
import { runAgent, type AgentDeps } from './run-agent.ts';

const labPath = join(packageRoot(), 'examples/pretty-lab/lab.yml');
const plan = planLab(labPath, readFileSync(labPath, 'utf8'), EMPTY_LOCK).plan!;

test('a job’s events arrive in order as they happen, its outputs before its end', async (t) => {
  const server = fakeServer([job('first')]);
  const step = oneStep('make', async (deps, context) => {
    context.log('a line');
    await deps.output('kubeconfig', 'secret text, token: abcdefgh');
  });
  await agent(t, server, { steps: [step] }).until(() => server.ended.has('first'));
  assert.deepEqual(
    server.events.map(({ event }) => event.type),
    ['job_started', 'steps_planned', 'step_started', 'step_ended', 'step_started', 'log', 'output', 'step_ended', 'job_ended'],
  );
  assert.deepEqual(
    server.events.map(({ seq }) => seq),
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  // The pipeline's name for it, and not redacted.
  assert.deepEqual(server.events[6]?.event, { type: 'output', name: 'hub_kubeconfig', content: 'secret text, token: abcdefgh' });
});

test('what the server could not take is sent again with the same ids, and the job goes on meanwhile', async (t) => {
  const server = fakeServer([job('first')]);
  const tried: string[][] = [];
  server.take = (events) => {
    tried.push(events.map(({ id }) => id));
    if (tried.length <= 2) throw new LabwrightError('unreachable', 'the server is away');
  };
  await agent(t, server, { steps: [oneStep('make')] }).until(() => server.ended.has('first'));
  const [first = [], second = []] = tried;
  assert.deepEqual(second.slice(0, first.length), first);
  assert.deepEqual(
    server.events.map(({ id }) => id),
    [...new Set(tried.flat())],
  );
});

test('an agent that was stopped goes on with the job it held; what had ended is not done again', async (t) => {
  const server = fakeServer([job('first')]);
  const ran: string[] = [];
  const first = oneStep('one', async () => void ran.push('one'));
  const hangs = oneStep('two', async (_deps, context) => {
    ran.push('two, stopped');
    await realSleep(60_000, context.signal);
  });
  const dataDir = folder(t);
  await agent(t, server, { steps: [first, hangs], dataDir }).until(() => ran.includes('two, stopped'));
  assert.ok(!server.ended.has('first'));
  await agent(t, server, { steps: [first, oneStep('two', async () => void ran.push('two'))], dataDir }).until(() => server.ended.has('first'));
  assert.deepEqual(ran, ['one', 'two, stopped', 'two']);
  assert.equal(new Set(server.registered).size, 1);
  const ids = server.events.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test('a second agent stands by until the server makes it active', async (t) => {
  const server = fakeServer([job('first')]);
  server.state = 'standby';
  const states: string[] = [];
  const onRegistered: AgentDeps['onRegistered'] = ({ state }) => {
    states.push(state);
    assert.equal(server.leases, 0);
    server.state = 'active';
  };
  await agent(t, server, { steps: [oneStep('make')], onRegistered }).until(() => server.ended.has('first'));
  assert.deepEqual(states, ['standby', 'active']);
});

test('the server’s word cancels a job', async (t) => {
  const server = fakeServer([job('first')]);
  const hangs = oneStep('hang', async (_deps, context) => {
    server.cancel = server.leased;
    await realSleep(60_000, context.signal);
  });
  await agent(t, server, { steps: [hangs] }).until(() => server.ended.has('first'));
  assert.equal(server.ended.get('first'), 'killed');
});

test('simulated time passes while a job waits and at no other time, however slow the server is', async (t) => {
  const server = fakeServer([job('first'), job('second')]);
  const simulated = createSimulatedClock({ startMs: 0, speed: undefined });
  const clock = simulated.participant('agent');
  const world = simulated.participant('world');
  const stop = new AbortController();
  t.after(() => stop.abort(new Error('test over')));
  void (async () => {
    while (!stop.signal.aborted) await world.sleep(1000, stop.signal).catch(() => undefined);
  })();
  server.pauseMs = 20;
  const seen: number[] = [];
  const waits = oneStep('wait', async (_deps, context) => {
    seen.push(context.clock.now());
    await context.clock.sleep(3_600_000, context.signal);
    seen.push(context.clock.now());
  });
  await agent(t, server, { steps: [waits], clock }).until(() => server.ended.has('second'));
  assert.deepEqual(seen, [0, 3_600_000, 3_600_000, 7_200_000]);
});

test('a job that cannot begin fails with what is missing', async (t) => {
  const server = fakeServer([{ ...job('first'), components: [] }]);
  await agent(t, server, { steps: [] }).until(() => server.ended.has('first'));
  const { event } = server.events.at(-1)!;
  assert.ok(event.type === 'job_ended' && event.status === 'failure');
  assert.equal(event.error?.reason, 'NoRelease');
});

function oneStep(id: string, run: Step<ActionDeps>['run'] = async () => undefined): Step<ActionDeps> {
  return { id, title: id, limitMs: 10 * 3_600_000, run };
}

function job(name: string): JobSpec {
  const component = { id: newUuid(), type: 'ocp', name: 'OpenShift 4.18.1', version: '4.18.1', data: { pull_url: 'quay.io/ocp-release:4.18.1' } };
  const outputs = { hub_kubeconfig: 'kubeconfig' };
  return { jobId: newUuid(), name, runId: newUuid(), action: 'install', cluster: 'hub1', inputs: {}, outputs, components: [component], timeoutMs: null };
}

interface AgentOptions extends Pick<AgentDeps, 'onRegistered'> {
  readonly steps: readonly Step<ActionDeps>[];
  readonly dataDir?: string;
  readonly clock?: Clock;
}

/** Runs an agent until something holds, then stops it. */
function agent(t: TestContext, server: ControlServer, options: AgentOptions) {
  const stop = new AbortController();
  const { clock = systemClock, steps, dataDir = folder(t) } = options;
  const doors = {
    clock,
    gate: createClockGate(clock),
    exec: localExec,
    dial: directDial,
    headers: {},
    simulated: clock !== systemClock,
    provisionhost: () => assert.fail('no job here installs by IPI'),
    installer: ['openshift-install'],
    coreosInstaller: ['coreos-installer'],
    oc: ['oc'],
    skopeo: () => Promise.reject(new Error('not used here')),
    storeListens: { host: '127.0.0.1', port: 0 },
    serveBmcs: () => Promise.resolve(undefined),
    publishStore: directDial as AgentDeps['doors']['publishStore'],
    pullSecret: '{"auths":{}}',
    sshPublicKey: undefined,
  };
  const claims = openClaims(join(dataDir, CLAIMS_FILE));
  const log = createLog('test');
  const done = runAgent(
    { server, plan, doors, findAction: () => () => steps, labSecret: 'lab secret', claims, version: '0', log, ...options, dataDir },
    stop.signal,
  );
  return {
    async until(holds: () => boolean): Promise<void> {
      const held = async (): Promise<void> => {
        while (!holds()) await realSleep(5);
      };
      await Promise.race([held(), done]);
      stop.abort(new Error('stopped by the test'));
      await done;
    },
  };
}

/** As much of a control server as an agent sees. */
function fakeServer(jobs: readonly JobSpec[]) {
  const waiting = [...jobs];
  const server = {
    events: [] as SentEvent[],
    /** Job name → how it ended. */
    ended: new Map<string, string>(),
    registered: [] as string[],
    leases: 0,
    leased: [] as string[],
    cancel: [] as string[],
    state: 'active' as 'active' | 'standby',
    pauseMs: 1,
    take: (_events: readonly SentEvent[]): void => undefined,
    async registerAgent({ body }: { readonly body: { readonly instance: string } }) {
      server.registered.push(body.instance);
      waiting.unshift(...jobs.filter(({ jobId, name }) => server.leased.includes(jobId) && !server.ended.has(name)));
      return { agentId: newUuid(), state: server.state, activeSince: null };
    },
    async leaseJob({ body }: { readonly body: { readonly waitMs: number } }, signal?: AbortSignal) {
      server.leases++;
      await realSleep(server.pauseMs, signal);
      const again = waiting.findIndex(({ jobId }) => server.leased.includes(jobId));
      const mayRun = again >= 0 || server.leased.length === server.ended.size;
      const [next] = mayRun ? waiting.splice(Math.max(0, again), 1) : [];
      if (next === undefined) await realSleep(Math.min(body.waitMs, 50), signal);
      else server.leased = [...new Set([...server.leased, next.jobId])];
      return { lease: next ? { job: next, fence: 1, expiresInMs: 30_000 } : null, state: server.state };
    },
    async heartbeat() {
      return { state: server.state, cancel: server.cancel, lost: [] };
    },
    async sendEvents({ body: { events } }: { readonly body: { readonly events: readonly SentEvent[] } }) {
      await realSleep(server.pauseMs);
      server.take(events);
      for (const one of events) {
        server.events.push(one);
        if (one.event.type === 'job_ended') server.ended.set(jobs.find(({ jobId }) => jobId === one.jobId)!.name, one.event.status);
      }
      return { accepted: events.length, refused: [] };
    },
  };
  return server;
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'labwright-agent-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
