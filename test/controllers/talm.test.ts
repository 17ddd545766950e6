import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { KubeObject } from '../../src/kube/objects.ts';
import { placementController } from '../../src/rehearsal/controllers/placement/placement-controller.ts';
import { talmControllers } from '../../src/rehearsal/controllers/talm/talm-controllers.ts';
import { startHub } from './hub-harness.ts';
import { playPolicies, type TalmAction } from './play-policies.ts';
import { differencesOf, recordTimeline, tracksOf, type Change, type TimelineEntry } from './timeline.ts';

/** `recorded/README-hub.md`. */
interface Recording {
  readonly inputs: readonly KubeObject[];
  readonly timeline: readonly TimelineEntry[];
}

const recorded = process.env['LABWRIGHT_RECORDED'] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'recorded');
const skip = existsSync(recorded) || process.env['CI'] === 'true' ? false : 'no recordings beside the repository';
const KINDS = [
  { apiVersion: 'ran.openshift.io/v1alpha1', kind: 'ClusterGroupUpgrade' },
  { apiVersion: 'cluster.open-cluster-management.io/v1', kind: 'ManagedCluster' },
  { apiVersion: 'cluster.open-cluster-management.io/v1beta1', kind: 'Placement' },
  { apiVersion: 'policy.open-cluster-management.io/v1', kind: 'PlacementBinding' },
];
const FIELDS = [
  'metadata.finalizers',
  'metadata.labels.ztp-done',
  'metadata.labels.ztp-running',
  'spec.enable',
  'spec.predicates',
  'status.clusters',
  'status.computedMaxConcurrency',
  'status.managedPoliciesForUpgrade',
  'status.managedPoliciesCompliantBeforeUpgrade',
  'status.numberOfSelectedClusters',
  'status.placementBindings',
  'status.placements',
  'status.remediationPlan',
  'status.status.currentBatch',
];
/** Shown in a recording only where it changes, so not for an object that is made with it. */
const FROM_THE_START = ['spec.enable', 'spec.predicates'];
const OPTIONS = { fields: FIELDS, message: (_type: string, text: string): string => text };
/** How long, in simulated time, the world may take to get where the recording was when its next action came. */
const PATIENCE_MS = 30 * 60_000;

for (const file of skip ? [] : globSync('talm/*.json', { cwd: recorded }).toSorted()) {
  test(`does what the real TALM did: ${basename(file, '.json')}`, async (t) => {
    const { inputs, timeline } = JSON.parse(readFileSync(join(recorded, file), 'utf8')) as Recording;
    const expected = normal(settled(timeline));
    const world = await startWorld(t, inputs);
    for (const [index, { kind, change }] of expected.entries()) {
      if (kind !== 'Test') continue;
      await world.until(expected.slice(0, index));
      await world.act(change as unknown as TalmAction);
    }
    await world.until(expected);
    // A recording that ends with nothing left to do proves that nothing more comes.
    await world.rest();
    assert.deepEqual(differencesOf(tracksOf(ofInterest(expected), OPTIONS), world.tracks()), []);
    assert.deepEqual(world.log, []);
  });
}
if (skip) test('TALM does what the real one did', { skip }, () => undefined);

interface PlayedWorld {
  readonly act: (action: TalmAction) => Promise<void>;
  /** Waits until every line has come to where the recording had it. */
  readonly until: (expected: readonly TimelineEntry[]) => Promise<void>;
  readonly rest: () => Promise<void>;
  readonly tracks: () => ReturnType<typeof tracksOf>;
  readonly log: readonly string[];
}

async function startWorld(t: TestContext, inputs: readonly KubeObject[]): Promise<PlayedWorld> {
  const hub = await startHub();
  await hub.run((deps, cache) => [...talmControllers(deps, cache), placementController(deps, cache)]);
  const over = new AbortController();
  t.after(async () => {
    over.abort(new Error('the test is over'));
    await hub.close();
  });
  const observed = recordTimeline(hub.kube, () => hub.simulated.now(), KINDS, FIELDS, over.signal);
  const tracks = (): ReturnType<typeof tracksOf> => tracksOf(ofInterest(normal(observed.timeline)), OPTIONS);
  return {
    act: playPolicies(hub.kube, inputs),
    async until(entries) {
      const expected = tracksOf(ofInterest(entries), OPTIONS);
      for (let waited = 0; waited < PATIENCE_MS; waited += 1000) {
        const actual = tracks();
        if ([...expected].every(([id, { values }]) => actual.get(id)?.values.at(-1)?.value === values.at(-1)?.value)) return;
        await hub.later(1000, () => Promise.resolve());
      }
    },
    rest: () => hub.later(2000, () => Promise.resolve()),
    tracks,
    log: hub.log,
  };
}

function ofInterest(timeline: readonly TimelineEntry[]): readonly TimelineEntry[] {
  return timeline.filter(({ kind }) => KINDS.some((one) => one.kind === kind));
}

/** Either side without what differs from run to run: random names, and the order in which Go walks a map. */
function normal(timeline: readonly TimelineEntry[]): readonly TimelineEntry[] {
  const created = new Map<string, number>();
  return timeline.flatMap((entry) => {
    const name = withoutRandom(entry.name);
    const change = normalChange(entry.change);
    const id = `${entry.kind}/${name}`;
    if ('event' in change) created.set(id, entry.t_ms);
    if ('field' in change && FROM_THE_START.includes(change.field) && created.get(id) === entry.t_ms)
      return [{ ...entry, name, change: { event: 'created' } as const }];
    return [{ ...entry, name, change }];
  });
}

/**
 * Without what a Placement showed for less than 3 s: its status was played, not TALM's, and how long an empty one was
 * shown before TALM filled it depended on the machine that recorded it.
 */
function settled(timeline: readonly TimelineEntry[]): readonly TimelineEntry[] {
  const isStatus = ({ kind, change }: TimelineEntry): boolean =>
    kind === 'Placement' && ('conditions' in change || ('field' in change && change.field.startsWith('status.')));
  return timeline.filter((entry, index) => {
    if (!isStatus(entry)) return true;
    const shape = 'field' in entry.change;
    return !timeline
      .slice(index + 1)
      .some((other) => isStatus(other) && other.name === entry.name && 'field' in other.change === shape && other.t_ms - entry.t_ms < 3000);
  });
}

function withoutRandom(text: string): string {
  return text.replaceAll(/-placement-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-placement-<random>');
}

function normalChange(change: Change): Change {
  if (!('field' in change)) return change;
  const value: unknown = JSON.parse(withoutRandom(JSON.stringify(change.value ?? null)));
  return { field: change.field, value: sorted(value, change.field === 'spec.predicates') };
}

/** Members by name; with `lists` the items too. */
function sorted(value: unknown, lists: boolean): unknown {
  if (Array.isArray(value)) {
    const items = value.map((one) => sorted(one, lists));
    return lists ? items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member, lists)]),
  );
}
