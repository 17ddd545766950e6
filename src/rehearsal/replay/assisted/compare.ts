import type { KubeObject } from '../../../kube/objects.ts';
import { SEQUENCES } from './recording.ts';
import { compareEnd } from '../compare-end.ts';
import type { Difference } from '../difference.ts';
import { tracksOf, type TimelineEntry, type Track } from '../timeline.ts';
import type { Timing } from './replay-options.ts';

const HOST_PERIOD_MS = 8000;
const CLUSTER_PERIOD_MS = 10_000;
const KINDS = ['Agent', 'AgentClusterInstall', 'BareMetalHost', 'ClusterDeployment', 'InfraEnv'];
/** Conditions whose message counts to the letter; that of Validated counts as a set of sentences. */
const EXACT = ['SpecSynced', 'Completed', 'Failed', 'Stopped', 'RequirementsMet', 'Installed'];
/** What lasted no longer may be missing on either side: both are seen by watches (recorded/README-hub.md). */
const TRANSIENT_MS = 2000;
/** A preparation that comes as often is a loop: how often it goes round is chance. */
const LOOP = 3;

/** The differences between what was recorded and what we did, by the rules of recorded/README-hub.md; none when it is a legal order. */
export function differencesBetween(recording: readonly TimelineEntry[], replay: readonly TimelineEntry[], fields: readonly string[]): readonly Difference[] {
  const [expected, actual] = [tracks(recording, fields), tracks(replay, fields)];
  const compare = isLoop(recording) ? loopDifferences : orderDifference;
  const differences = [...new Set([...expected.keys(), ...actual.keys()])].flatMap((id) => {
    const { object, what } = (expected.get(id) ?? actual.get(id))!;
    return compare(lasting(expected.get(id)), lasting(actual.get(id))).map(({ t, expected: value, got }) => ({
      t,
      object,
      expected: `${what}: ${value}`,
      got: `${what}: ${got}`,
    }));
  });
  return isLoop(recording) ? differences : [...differences, ...sentenceDifferences(recording, replay)];
}

type TrackDifference = Omit<Difference, 'object'>;

function tracks(timeline: readonly TimelineEntry[], fields: readonly string[]): ReadonlyMap<string, Track> {
  const entries = timeline.filter(({ kind }) => KINDS.includes(kind)).flatMap(withoutRaces);
  const message = (type: string, text: string | null): string => (EXACT.includes(type) ? (text ?? '') : '');
  return new Map([...tracksOf(entries, { fields, message })].map(([id, track]) => [id, { ...track, values: withoutEarly(track.values) }]));
}

/**
 * Lost races of the real controllers, an AgentClusterInstall that is seen before its ClusterDeployment, and a host's
 * health: when Ironic asks for that differs between recordings of one case.
 */
function withoutRaces(entry: TimelineEntry): readonly TimelineEntry[] {
  if (!('conditions' in entry.change)) return [entry];
  const conditions = entry.change.conditions.filter(
    ({ type, message }) => type !== 'Healthy' && !/object has been modified|ClusterDeployment with name .* not found/.test(message ?? ''),
  );
  return conditions.length === 0 ? [] : [{ ...entry, change: { conditions } }];
}

/** What is only there until the controllers have seen each other's objects: who comes first is chance. */
function withoutEarly(values: Track['values']): Track['values'] {
  const early =
    values.length > 1 && /NotAvailable|MissingClusterDeployment/.test(values[0]!.value) && !/NotAvailable|MissingClusterDeployment/.test(values[1]!.value);
  return early ? values.slice(1) : values;
}

type Values = readonly { readonly value: string; readonly t_ms: number; readonly lastedMs: number }[];

function orderDifference(expected: Values, actual: Values): readonly TrackDifference[] {
  const furthest = align(expected, actual);
  if (furthest === undefined) return [];
  const [wanted, seen] = [expected[furthest[0]], actual[furthest[1]]];
  return [{ t: wanted?.t_ms ?? seen?.t_ms ?? 0, expected: wanted?.value ?? NOTHING, got: seen?.value ?? NOTHING }];
}

const NOTHING = 'nothing more';

function lasting(track: Track | undefined): Values {
  const values = track?.values ?? [];
  return values.map(({ value, t_ms }, index) => ({ value, t_ms, lastedMs: (values[index + 1]?.t_ms ?? Infinity) - t_ms }));
}

/** Goes through both at once; what may be missing may be left out on either side. @returns how far it came when it cannot reach both ends. */
function align(expected: Values, actual: Values): readonly [number, number] | undefined {
  let furthest: readonly [number, number] = [0, 0];
  const seen = new Set<string>();
  const from = (i: number, j: number, last: string | undefined): boolean => {
    if (i + j > furthest[0] + furthest[1]) furthest = [i, j];
    if (i === expected.length && j === actual.length) return true;
    const state = `${i}/${j}/${last ?? ''}`;
    if (seen.has(state)) return false;
    seen.add(state);
    const [e, a] = [expected[i], actual[j]];
    if (e && a && e.value === a.value && from(i + 1, j + 1, e.value)) return true;
    // Beside something left out, the same value is one value.
    if (e && (e.lastedMs < TRANSIENT_MS || e.value === last) && from(i + 1, j, last)) return true;
    return (
      a !== undefined &&
      (a.lastedMs < TRANSIENT_MS || a.value === last || isStage(a.value) || (i === 0 && mayBeMissed(a.value)) || passedOver(e?.value, a.value)) &&
      from(i, j + 1, last)
    );
  };
  return from(0, 0, undefined) ? undefined : furthest;
}

/** Under load the recorded controller passed over stages and over an Agent's first states; the script says that they were reported. */
function isStage(value: string): boolean {
  return Object.values(SEQUENCES).some((stages) => stages.some((stage) => value === `False InstallationInProgress The installation is in progress: ${stage}`));
}

function mayBeMissed(value: string): boolean {
  return /^(?:"(?:discovering|insufficient)"|Unknown ValidationsUnknown|False ValidationsFailing|False AgentNotReady .*)$/.test(value);
}

/** Whether a host's checks were all good at once, or one turn of its monitor later, depends on which monitor looked first. */
function passedOver(expected: string | undefined, actual: string): boolean {
  return (expected === '"known"' && actual === '"insufficient"') || (expected === 'True ValidationsPassing' && actual === 'False ValidationsFailing');
}

/** Whether a recording goes round and round: prepares, fails, prepares again. */
function isLoop(recording: readonly TimelineEntry[]): boolean {
  const preparing = ({ kind, change }: TimelineEntry): boolean =>
    kind === 'AgentClusterInstall' && 'field' in change && change.field === 'status.debugInfo.state' && change.value === 'preparing-for-installation';
  return recording.filter(preparing).length >= LOOP;
}

/** Of a loop, which steps there are: none that was not recorded, none missing that was recorded twice. */
function loopDifferences(expected: Values, actual: Values): readonly TrackDifference[] {
  const steps = (values: Values) => values.slice(1).map(({ value, t_ms }, index) => ({ t: t_ms, step: `${values[index]!.value} → ${value}` }));
  const [recorded, played] = [steps(expected), steps(actual)];
  const has = (list: typeof recorded, { step }: (typeof recorded)[number]): boolean => list.some((one) => one.step === step);
  const invented = played.find((one) => !has(recorded, one));
  const missing = recorded.find((one, index) => has(recorded.slice(0, index), one) && !has(played, one));
  return [
    ...(invented ? [{ t: invented.t, expected: 'no such step', got: invented.step }] : []),
    ...(missing ? [{ t: missing.t, expected: missing.step, got: 'no such step' }] : []),
  ];
}

/** What Validated said last: the same sentences, in any order. */
function sentenceDifferences(recording: readonly TimelineEntry[], replay: readonly TimelineEntry[]): readonly Difference[] {
  const actual = lastSentences(replay);
  return [...lastSentences(recording)].flatMap(([object, { t, sentences }]) => {
    const got = actual.get(object)?.sentences;
    return sentences === got ? [] : [{ t, object, expected: `Validated: ${sentences}`, got: `Validated: ${got ?? 'nothing'}` }];
  });
}

function lastSentences(timeline: readonly TimelineEntry[]): ReadonlyMap<string, { readonly t: number; readonly sentences: string }> {
  const last = new Map<string, { t: number; sentences: string }>();
  for (const { t_ms, kind, name, change } of timeline) {
    if (!('conditions' in change)) continue;
    for (const { type, message } of change.conditions) {
      if (type !== 'Validated' || !message) continue;
      const sentences = message.split(/: /).map((part) => part.split(',').toSorted().join());
      last.set(`${kind}/${name}`, { t: t_ms, sentences: sentences.join(': ') });
    }
  }
  return last;
}

/** What the objects that were left say, against what the replay's ended with. Where a loop was left is chance. */
export function endDifferences(
  recording: readonly TimelineEntry[],
  left: readonly KubeObject[],
  replay: readonly TimelineEntry[],
  fields: readonly string[],
): readonly Difference[] {
  const ours = left.filter(({ kind }) => KINDS.includes(kind));
  return isLoop(recording) ? [] : compareEnd(recording.at(-1)?.t_ms ?? 0, ours, tracks(replay, fields));
}

/** The checks that have failed at the end, with their messages. */
export function failureDifferences(endMs: number, recorded: readonly KubeObject[], replayed: readonly KubeObject[]): readonly Difference[] {
  const [expected, actual] = [failures(recorded), failures(replayed)];
  return [...new Set([...expected.keys(), ...actual.keys()])].flatMap((id) => {
    const [object = '', check] = id.split(' ');
    const [wanted, got] = [expected.get(id) ?? 'no failure', actual.get(id) ?? 'no failure'];
    return wanted === got ? [] : [{ t: endMs, object, expected: `${check}: ${wanted}`, got: `${check}: ${got}` }];
  });
}

function failures(objects: readonly KubeObject[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const object of objects.filter(({ kind }) => kind === 'Agent' || kind === 'AgentClusterInstall')) {
    const { validationsInfo = {} } = (object['status'] ?? {}) as {
      readonly validationsInfo?: Readonly<Record<string, readonly { id: string; status: string; message: string }[]>>;
    };
    for (const { id, status, message } of Object.values(validationsInfo).flat()) {
      // The list of images in it has no order.
      if (status === 'failure') found.set(`${object.kind}/${object.metadata.name} ${id}`, message.split(/[ ,]/).toSorted().join(' '));
    }
  }
  return found;
}

/**
 * When the recorded service looked, given a replay: it first checked hosts and cluster so long after the first Agent was made.
 */
export function recordedTiming(recording: readonly TimelineEntry[], replay: readonly TimelineEntry[]): Timing {
  const agentMs = (timeline: readonly TimelineEntry[]): number => timeline.find(({ kind, change }) => kind === 'Agent' && 'event' in change)?.t_ms ?? 0;
  const checkedMs = (wanted: string): number =>
    recording.find(({ kind, change }) => kind === wanted && 'field' in change && change.field === 'status.validationsInfo' && change.value !== null)?.t_ms ?? 0;
  const phase = (kind: string, periodMs: number): number => {
    const ms = agentMs(replay) + checkedMs(kind) - agentMs(recording);
    return ((ms % periodMs) + periodMs) % periodMs;
  };
  return { hostMs: phase('Agent', HOST_PERIOD_MS), clusterMs: phase('AgentClusterInstall', CLUSTER_PERIOD_MS) };
}
