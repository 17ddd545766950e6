// The engine dies at each boundary between two steps and is built anew on its journal: what it had done is not done again.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { JobEvent } from '../../src/contract/agent.ts';
import { actionFor } from '../../src/hub/actions.ts';
import { createEmbeddedEngine } from '../../src/runner/embedded-engine.ts';
import { Journal, type Change } from '../../src/runner/journal.ts';
import type { JournaledEvent } from '../../src/runner/run-engine.ts';
import { PULL_SECRET, rehearseLab, type PreparedJob, type RehearsedLab } from './rehearsed-lab.ts';
import { testLab } from './test-lab.ts';

/**
 * Where an engine dies: when a step's end was about to be written, so that all of it was done and nobody knows, or just
 * after, before the next one begins.
 */
interface Boundary {
  readonly step: string;
  readonly at: 'end-unwritten' | 'end-written';
}

class Crash extends Error {}

/** A journal whose process dies at a boundary, if it has one: from then on nothing is written any more. */
class DyingJournal extends Journal {
  readonly #boundary: Boundary | undefined;
  #dead = false;

  constructor(path: string, boundary: Boundary | undefined) {
    super(path);
    this.#boundary = boundary;
  }

  override append(runId: string, atMs: number, event: JobEvent, change?: Change): JournaledEvent {
    const here = this.#boundary !== undefined && event.type === 'step_ended' && event.step === this.#boundary.step;
    if (this.#dead || (here && this.#boundary.at === 'end-unwritten')) this.#die();
    const entry = super.append(runId, atMs, event, change);
    if (here) this.#die();
    return entry;
  }

  #die(): never {
    this.#dead = true;
    throw new Crash('the process is gone');
  }
}

/** Runs a job to its end on one journal, by as many engines as it takes: each boundary is the end of one. */
async function runJob(folder: string, name: string, { steps, deps, clock }: PreparedJob, boundaries: readonly Boundary[]): Promise<void> {
  for (const dies of [...boundaries, undefined]) {
    const journal = new DyingJournal(join(folder, 'spool.db'), dies);
    const engine = createEmbeddedEngine(journal);
    const signal = new AbortController().signal;
    const plan = { runId: name, name, steps, deps, clock, memory: {}, secrets: [], simulated: true, signal, onEvent: () => undefined };
    try {
      const ended = engine.start(plan);
      if (dies) await assert.rejects(ended, Crash);
      else assert.equal((await ended).status, 'success', JSON.stringify(journal.state(name), null, 1));
    } finally {
      journal.close();
    }
  }
}

/** What is done to one cluster, one flow after the other; each finds what the one before has left. */
interface Life {
  readonly cluster: string;
  /** There from the start. */
  readonly hubs: readonly string[];
  readonly flows: readonly string[];
  /** How many power events each flow makes. */
  readonly power: readonly number[];
}

const LIVES: Readonly<Record<string, Life>> = {
  'a spoke': { cluster: 'sno1', hubs: ['hub1'], flows: ['install', 'redeploy', 'detach', 'attach'], power: [1, 2, 0, 0] },
  'a hub': { cluster: 'hub2', hubs: [], flows: ['install'], power: [1] },
};

interface Flow {
  readonly steps: readonly string[];
  /** What happened in it, in order and with its times. */
  readonly power: readonly string[];
  /** Every version of every object of the hub: a write that changes nothing makes none. */
  readonly changes: readonly string[];
  /** What its steps asked of BMCs and of the spoke, where no versions are counted. */
  readonly requests: readonly string[];
  /** What the hub holds in the end. */
  readonly objects: readonly string[];
}

/**
 * Plays the flows in one world. In each that has a step of the number `dying`, an engine dies before the end of that step is
 * written, and the next one after it.
 */
async function playLife({ cluster, hubs, flows }: Life, dying?: number): Promise<ReadonlyMap<string, Flow>> {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-crash-'));
  const lab = await rehearseLab(testLab, { hubs });
  try {
    const played = new Map<string, Flow>();
    const inputs: Record<string, string> = {};
    for (const { kubeconfig } of lab.world.hubs.values()) inputs['hub_kubeconfig'] = kubeconfig;
    for (const flow of flows) {
      const job = await lab.prepare(flow, flow, cluster, inputs);
      const step = dying === undefined ? undefined : job.steps[dying]?.id;
      const seen = witness(lab);
      await runJob(
        folder,
        flow,
        job,
        step === undefined
          ? []
          : [
              { step, at: 'end-unwritten' },
              { step, at: 'end-written' },
            ],
      );
      const spoke = job.outputs.get('kubeconfig');
      if (spoke !== undefined) inputs['spoke_kubeconfig'] = spoke;
      played.set(flow, { steps: job.steps.map(({ id }) => id), ...seen() });
    }
    return played;
  } finally {
    await lab.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Keys and certificates, which no seed makes. */
const CREDENTIALS = /[\w+/=]{2000,}/g;

/** Notes what happens from now on. @returns what it has seen. */
function witness({ world }: RehearsedLab): () => Omit<Flow, 'steps'> {
  const [hub] = world.hubs.values();
  const changes: string[] = [];
  const objects = new Map<string, string>();
  const before = { power: world.powerLog.length, mutations: world.mutations.length };
  const stop = hub?.api.store?.listen(({ type, resource, object }) => {
    const { namespace = '', name } = object['metadata'] as { readonly namespace?: string; readonly name: string };
    const path = `${resource} ${namespace}/${name}`;
    changes.push(`${type} ${path}`);
    objects.set(path, JSON.stringify(object).replaceAll(CREDENTIALS, '<credentials>'));
    if (type === 'DELETED') objects.delete(path);
  });
  return () => {
    stop?.();
    const formed = [...world.hubs].filter(([, one]) => one !== hub).map(([name, { api }]) => `${name} is at version ${api.store?.version()}`);
    return {
      power: world.powerLog.slice(before.power).map((event) => JSON.stringify(event)),
      changes: [...changes.toSorted(), ...formed],
      requests: world.mutations
        .slice(before.mutations)
        .filter(({ server }) => server !== hub?.name)
        .filter(onceWhereVersionsAreCounted())
        .map(({ cause, server, method, path, status }) => `${cause} ${server} ${method} ${path} ${status}`),
      objects: [...objects.values()].toSorted(),
    };
  };
}

/** An API server counts its versions: a repeated request that changed something shows there, one that changed nothing need not be seen. */
function onceWhereVersionsAreCounted(): (mutation: RehearsedLab['world']['mutations'][number]) => boolean {
  const seen = new Set<string>();
  return ({ cause, server, method, path, version }) => {
    const key = `${cause} ${server} ${method} ${path}`;
    const isRepeated = version !== null && seen.has(key);
    seen.add(key);
    return !isRepeated;
  };
}

/** How many steps the longest flow of a life has: known without running it. */
function longestFlow({ cluster: name, flows }: Life): number {
  const cluster = testLab.clusters.find((one) => one.name === name)!;
  const release = { version: '4.18.10', image: 'quay.example.com/ocp/release:4.18.10-x86_64' };
  const input = { plan: testLab, cluster, inputs: {}, release, pullSecret: PULL_SECRET, sshPublicKey: undefined };
  return Math.max(...flows.map((flow) => actionFor(flow, cluster)!({ ...input, job: flow }).length));
}

/** What differs, one line each: a whole flow is too long to read. */
function differences(got: Flow, expected: Flow): string[] {
  return (['power', 'changes', 'requests', 'objects'] as const).flatMap((what) => [
    ...without(got[what], expected[what]).map((line) => `${what}: + ${line}`),
    ...without(expected[what], got[what]).map((line) => `${what}: - ${line}`),
  ]);
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

for (const [name, life] of Object.entries(LIVES)) {
  describe(`${name}: an engine that dies at the boundary of a step, and one that goes on from its journal, do what one engine does`, () => {
    const whole = playLife(life);
    const longest = longestFlow(life);
    test('its flows have as many steps as are looked at, and act', async () => {
      const flows = [...(await whole).values()];
      assert.equal(Math.max(...flows.map(({ steps }) => steps.length)), longest);
      assert.deepEqual(
        flows.map(({ power }) => power.length),
        life.power,
      );
    });
    for (let number = 0; number < longest; number++) {
      test(`step ${number + 1}`, async () => {
        for (const [flow, played] of await playLife(life, number)) {
          assert.deepEqual(differences(played, (await whole).get(flow)!), [], `${flow}/${played.steps[number] ?? 'its later life'}`);
        }
      });
    }
  });
}
