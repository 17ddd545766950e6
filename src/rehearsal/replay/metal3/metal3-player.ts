import { compareEnd } from '../compare-end.ts';
import { compareTracks, reached } from '../compare-tracks.ts';
import type { Difference } from '../difference.ts';
import type { Player } from '../player.ts';
import { leftBy } from '../read-case.ts';
import { recordTimeline, tracksOf, type TimelineEntry, type Track } from '../timeline.ts';
import { normal } from './placeholders.ts';
import { ACTIONS, actionOf, playAction } from './play-actions.ts';
import { startHostsWorld } from './recorded-hosts-world.ts';

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

/** The baremetal-operator and its webhook: cases with BareMetalHosts, and nothing but Test actions to play. */
export const metal3Player: Player = {
  operator: 'baremetal-operator',
  claims: ({ script, timeline, inputs }) => script === undefined && timeline !== undefined && inputs.some(({ kind }) => kind === 'BareMetalHost'),
  outOfScope({ timeline = [] }) {
    const unknown = timeline.find((entry) => entry.kind === 'Test' && !ACTIONS.has(String(entry.change?.['action'])));
    return unknown && `the test has an action that is not known: ${String(unknown.change?.['action'])}`;
  },
  async play(definitions, recorded) {
    const timeline = recorded.timeline as unknown as readonly TimelineEntry[];
    const world = await startHostsWorld(definitions);
    const over = new AbortController();
    try {
      const observed = recordTimeline(world.hub.kube, () => world.hub.simulated.now(), KINDS, FIELDS, over.signal);
      const expected = (until: number): Tracks => tracks(timeline.slice(0, until));
      const actual = (): Tracks => tracks(observed.timeline);
      const differences: Difference[] = [];
      for (const [index, entry] of timeline.entries()) {
        const action = actionOf(entry);
        if (!action) continue;
        const before = expected(index);
        await world.until(() => reached(before, actual()));
        const next = actionOf(timeline[index + 1]);
        const answers = await playAction(world, action, recorded.inputs, next?.action === 'refused' ? next : undefined);
        differences.push(...answers.map((one) => ({ ...one, t: entry.t_ms })));
      }
      const all = expected(timeline.length);
      await world.until(() => reached(all, actual()));
      const end = compareEnd(timeline.at(-1)?.t_ms ?? 0, leftBy(recorded), actual());
      return [...differences, ...[...compareTracks(all, actual()), ...end].filter((one) => !isFree(one))];
    } finally {
      over.abort(new Error('the recording is over'));
      await world.close();
    }
  },
};

type Tracks = ReadonlyMap<string, Track>;

function tracks(timeline: readonly TimelineEntry[]): Tracks {
  const relevant = normal(timeline).filter(({ kind }) => KINDS.some((one) => one.kind === kind));
  return tracksOf(relevant, { fields: FIELDS, message: (_type, text) => text });
}

/**
 * When Ironic asks a BMC for its health, and when it next looks at its power, differs between recordings of one case:
 * a host's health is known or not, and a recording ends before or after an available host is seen powered on.
 */
function isFree({ expected, got }: Difference): boolean {
  return expected.startsWith('Healthy: ') || (expected === 'status.poweredOn: nothing more' && got === 'status.poweredOn: true');
}
