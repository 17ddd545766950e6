import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isKubeApiError } from '../../src/kube/kube-api-error.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { admitHost } from '../../src/rehearsal/controllers/metal3/admit-host.ts';
import { metal3Controllers } from '../../src/rehearsal/controllers/metal3/metal3-controllers.ts';
import { startHub, type HubHarness } from './hub-harness.ts';
import { METAL3_CRDS } from './real-crds.ts';
import { serveMachines } from './served-machines.ts';
import { differencesOf, recordTimeline, tracksOf, type Change, type TimelineEntry } from './timeline.ts';

/** `recorded/README-hub.md`. */
interface Recording {
  readonly case: string;
  readonly inputs: readonly KubeObject[];
  readonly timeline: readonly TimelineEntry[];
}

/** The `change` of entries of kind Test. */
interface TestAction {
  readonly action: string;
  readonly kind: string;
  readonly object: string;
  readonly value?: string;
  readonly patch?: unknown;
  readonly code?: number;
  readonly message?: string;
}

const recorded = process.env['LABWRIGHT_RECORDED'] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'recorded');
const skip = existsSync(recorded) || process.env['CI'] === 'true' ? false : 'no recordings beside the repository';
const KINDS = ['BareMetalHost', 'HardwareData'].map((kind) => ({ apiVersion: 'metal3.io/v1alpha1', kind }));
const FIELDS = [
  'status.provisioning.state',
  'status.operationalStatus',
  'status.errorType',
  'status.errorMessage',
  'status.poweredOn',
  'status.provisioning.image.url',
  'metadata.finalizers',
  'metadata.annotations.baremetalhost.metal3.io/detached',
  'metadata.annotations.baremetalhost.metal3.io/paused',
  'metadata.annotations.baremetalhost.metal3.io/status',
  'metadata.annotations.reboot.metal3.io',
];
/**
 * When Ironic asks a BMC for its health, and when it next looks at its power, differs between recordings of one case:
 * a host's health is known or not, and a recording ends before or after an available host is seen powered on.
 */
const FREE = [/ Healthy: /, / status\.poweredOn: true was never seen/];
/** How long, in simulated time, the world may take to get where the recording was when its next action came. */
const PATIENCE_MS = 30 * 60_000;

for (const file of skip ? [] : globSync('metal3/*.json', { cwd: recorded }).toSorted()) {
  test(`does what the real baremetal-operator did: ${basename(file, '.json')}`, async (t) => {
    const recording = JSON.parse(readFileSync(join(recorded, file), 'utf8')) as Recording;
    const world = await startWorld(t);
    const over = new AbortController();
    t.after(() => over.abort(new Error('the test is over')));
    const observed = recordTimeline(world.hub.kube, () => world.hub.simulated.now(), KINDS, FIELDS, over.signal);
    const message = (_type: string, text: string): string => text;
    const options = { fields: FIELDS, message };
    const entries = recording.timeline.map((entry) => ({ ...entry, change: normalChange(entry.change) }));
    for (const [index, entry] of recording.timeline.entries()) {
      if (entry.kind !== 'Test') continue;
      const before = entries.slice(0, index).filter(({ kind }) => KINDS.some((one) => one.kind === kind));
      await world.until(() => reached(tracksOf(before, options), tracksOf(normal(observed.timeline), options)));
      const [action, next] = [actionOf(entry)!, actionOf(recording.timeline[index + 1])];
      await world.act(action, recording.inputs, next?.action === 'refused' ? next : undefined);
    }
    const relevant = entries.filter(({ kind }) => KINDS.some((one) => one.kind === kind));
    await world.until(() => reached(tracksOf(relevant, options), tracksOf(normal(observed.timeline), options)));
    const differences = differencesOf(tracksOf(relevant, options), tracksOf(normal(observed.timeline), options));
    assert.deepEqual(
      differences.filter((one) => !FREE.some((pattern) => pattern.test(one))),
      [],
    );
  });
}
if (skip) test('the baremetal-operator does what the real one did', { skip }, () => undefined);

function actionOf(entry: TimelineEntry | undefined): TestAction | undefined {
  return entry?.kind === 'Test' ? (entry.change as unknown as TestAction) : undefined;
}

interface PlayedWorld {
  readonly hub: HubHarness;
  readonly act: (action: TestAction, inputs: readonly KubeObject[], refusal: TestAction | undefined) => Promise<void>;
  readonly until: (condition: () => boolean) => Promise<void>;
}

/** Two machines behind BMCs that take admin/password, as the recordings had. */
async function startWorld(t: TestContext): Promise<PlayedWorld> {
  const hub = await startHub({
    admit: admitHost,
    crds: METAL3_CRDS,
  });
  const served = await serveMachines(
    hub,
    [1, 2].map((number) => ({
      name: `system-${number}`,
      uuid: `system-${number}`,
      mac: `52:54:00:11:00:0${number}`,
      address: `192.168.111.1${number}`,
    })),
    { fetchIso: () => Promise.resolve(Buffer.from('{}')) },
  );
  const { machines } = served;
  await hub.run((deps, cache) =>
    metal3Controllers(
      {
        ...deps,
        hub: 'hub',
        seed: 1,
        machines,
        bmc: served.openBmc(deps.clock, 'controllers-0'),
        publishIso: () => undefined,
        imageServiceHost: 'images',
        spokeCredentials: () => Promise.reject(new Error('no spokes here')),
        faults: { hits: () => false, spend: () => undefined },
        log: () => undefined,
      },
      cache,
    ),
  );
  t.after(async () => {
    await hub.close();
    served.close();
  });
  await hub.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'spoke-ns' } });

  let elapsedMs = 0;
  const until = async (condition: () => boolean): Promise<void> => {
    for (let waited = 0; waited < PATIENCE_MS; waited += 1000) {
      if (condition()) return;
      elapsedMs += 1000;
      await hub.at(elapsedMs, () => Promise.resolve());
    }
  };
  const act: PlayedWorld['act'] = async (action, inputs, refusal) => {
    if (action.action === 'BMC power state read') return assert.equal(machines.byName('system-1')!.power(), action.value);
    if (action.action === 'refused') return;
    const attempt = perform(hub, action, inputs);
    if (!refusal) return void (await attempt);
    const error: unknown = await attempt.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(isKubeApiError(error), `${action.object} was not refused`);
    assert.deepEqual([error.status, concrete(refusal.message)], [refusal.code, error.message.replace(/^.*?: (?=admission|BareMetalHost)/, '')]);
  };
  return { hub, act, until };
}

async function perform({ kube }: HubHarness, { action, kind, object, patch }: TestAction, inputs: readonly KubeObject[]): Promise<unknown> {
  const apiVersion = kind === 'Secret' ? 'v1' : 'metal3.io/v1alpha1';
  const ref = { apiVersion, kind, namespace: 'spoke-ns', name: concrete(object) };
  switch (action) {
    case 'create':
      return kube.create(concrete(inputs.find((one) => one.kind === kind && one.metadata.name === object)!));
    case 'patch':
      return kube.patch(ref, concrete(patch), { type: 'merge' });
    case 'delete':
      return kube.delete(ref);
    default:
      throw new Error(`unknown action ${action}`);
  }
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Placeholders of the recording as what stands for them here. */
function concrete<T>(value: T): T {
  const text = JSON.stringify(value ?? null)
    .replaceAll('<bmc>', 'bmc')
    .replaceAll('<closed-bmc>', 'closed:1')
    .replaceAll('<address>', '192.0.2.1')
    .replaceAll(/<uuid-(\d)>/g, '00000000-0000-4000-8000-00000000000$1');
  return JSON.parse(text) as T;
}

/** What differs from run to run, out of a change of either side. */
function normalChange(change: Change | undefined): Change {
  if (!change || !('field' in change)) return change as unknown as Change;
  const text = JSON.stringify(change.value ?? null)
    .replaceAll(/<uuid-\d>/g, 'UUID')
    .replaceAll(UUID, 'UUID')
    .replaceAll('<bmc>', 'bmc')
    .replaceAll('<closed-bmc>', 'closed')
    .replaceAll('closed:1', 'closed')
    .replaceAll(/HTTPS?Connection/g, 'HTTPConnection')
    .replaceAll('<address>', 'closed')
    .replaceAll(/port=\d+/g, 'port');
  return { field: change.field, value: JSON.parse(text) as unknown };
}

function normal(timeline: readonly TimelineEntry[]): readonly TimelineEntry[] {
  return timeline.map((entry) => ({ ...entry, change: normalChange(entry.change) }));
}

/** Whether every line has come to where the recording had it. */
function reached(expected: ReturnType<typeof tracksOf>, actual: ReturnType<typeof tracksOf>): boolean {
  return [...expected].every(([id, { values }]) => actual.get(id)?.values.at(-1)?.value === values.at(-1)?.value);
}
