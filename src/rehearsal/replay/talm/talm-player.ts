import { placementController } from '../../controllers/placement/placement-controller.ts';
import { talmControllers } from '../../controllers/talm/talm-controllers.ts';
import { compareEnd } from '../compare-end.ts';
import { compareTracks, reached } from '../compare-tracks.ts';
import type { Player } from '../player.ts';
import { leftBy } from '../read-case.ts';
import { startHub } from '../start-hub.ts';
import { recordTimeline, tracksOf, type TimelineEntry, type Track } from '../timeline.ts';
import { normal, settled } from './comparable-policies.ts';
import { ACTIONS, playPolicies, type TalmAction } from './play-policies.ts';

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
/** How long, in simulated time, the world may take to get where the recording was when its next action came. */
const PATIENCE_MS = 30 * 60_000;

/** TALM, with placements and the compliance of policies played: cases with a ClusterGroupUpgrade or that make one. */
export const talmPlayer: Player = {
  operator: 'cluster-group-upgrades-operator',
  claims: ({ script, timeline, inputs }) =>
    script === undefined && [...inputs, ...(timeline ?? [])].some(({ kind }) => kind === 'ClusterGroupUpgrade' || kind === 'ManagedCluster'),
  outOfScope({ timeline = [] }) {
    const unknown = timeline.find((entry) => entry.kind === 'Test' && !ACTIONS.has(String(entry.change?.['action'])));
    return unknown && `the test has an action that is not known: ${String(unknown.change?.['action'])}`;
  },
  async play(definitions, recorded) {
    const expected = normal(settled(recorded.timeline as unknown as readonly TimelineEntry[]));
    const hub = await startHub({ definitions });
    const over = new AbortController();
    try {
      await hub.run((deps, cache) => [...talmControllers(deps, cache), placementController(deps, cache)]);
      const observed = recordTimeline(hub.kube, () => hub.simulated.now(), KINDS, FIELDS, over.signal);
      const actual = (): Tracks => tracks(normal(observed.timeline));
      const reach = async (wanted: Tracks): Promise<void> => {
        for (let waited = 0; waited < PATIENCE_MS && !reached(wanted, actual()); waited += 1000) await hub.later(1000, () => Promise.resolve());
      };
      const act = playPolicies(hub.kube, recorded.inputs);
      for (const [index, { kind, change }] of expected.entries()) {
        if (kind !== 'Test') continue;
        await reach(tracks(expected.slice(0, index)));
        await act(change as unknown as TalmAction);
      }
      await reach(tracks(expected));
      // A recording that ends with nothing left to do proves that nothing more comes.
      await hub.later(2000, () => Promise.resolve());
      if (hub.log.length > 0) throw new Error(`a controller failed: ${hub.log.join('; ')}`);
      const end = compareEnd(expected.at(-1)?.t_ms ?? 0, leftBy(recorded), actual());
      return [...compareTracks(tracks(expected), actual()), ...end];
    } finally {
      over.abort(new Error('the recording is over'));
      await hub.close();
    }
  },
};

type Tracks = ReadonlyMap<string, Track>;

function tracks(timeline: readonly TimelineEntry[]): Tracks {
  const relevant = timeline.filter(({ kind }) => KINDS.some((one) => one.kind === kind));
  return tracksOf(relevant, { fields: FIELDS, message: (_type, text) => text });
}
