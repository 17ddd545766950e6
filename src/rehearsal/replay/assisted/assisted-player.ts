import type { KubeObject } from '../../../kube/objects.ts';
import type { Difference } from '../difference.ts';
import type { Player } from '../player.ts';
import type { TimelineEntry } from '../timeline.ts';
import { answerRequests } from './answer-requests.ts';
import { differencesBetween, endDifferences, failureDifferences, recordedTiming } from './compare.ts';
import { playRecording } from './play-recording.ts';
import type { Timing } from './replay-options.ts';
import { STEPS, type Recording } from './recording.ts';

/** An agent on a loaded machine takes as long to send its inventory. */
const SLOW_MS = 6000;
const FIELDS = [
  'status.provisioning.state',
  'status.operationalStatus',
  'metadata.annotations.baremetalhost.metal3.io/detached',
  'metadata.annotations.baremetalhost.metal3.io/paused',
  'status.debugInfo.state',
  'spec.installed',
  'metadata.finalizers',
  'spec.clusterMetadata.adminKubeconfigSecretRef.name',
  'spec.clusterMetadata.adminPasswordSecretRef.name',
];

/** assisted-service in kube-API mode, its agents and its admission server: cases with a `script`. */
export const assistedPlayer: Player = {
  operator: 'assisted-service',
  claims: ({ script }) => script !== undefined,
  outOfScope({ script = [] }) {
    const unknown = script.find((step) => !STEPS.has(step.do));
    return unknown && `the script has a step that is not known: ${unknown.do}`;
  },
  play(definitions, recorded) {
    const recording = recorded as unknown as Recording;
    return recording.requests ? playRequests(definitions, recording, recording.requests) : playScript(definitions, recording);
  },
};

async function playRequests(
  definitions: readonly KubeObject[],
  recording: Recording,
  attempts: NonNullable<Recording['requests']>,
): Promise<readonly Difference[]> {
  const { requests, differences } = answerRequests(attempts);
  await playRecording(definitions, recording, { hostMs: 0, clusterMs: 0 }, [], requests);
  return differences();
}

/** @returns none when some timing brings the order that was recorded; else the differences of the timing that went furthest. */
async function playScript(definitions: readonly KubeObject[], recording: Recording): Promise<readonly Difference[]> {
  const first = await play(definitions, recording, { hostMs: 0, clusterMs: 0 });
  let best = first.differences;
  for (const timing of timings(recordedTiming(recording.timeline, first.timeline))) {
    if (best.length === 0) break;
    const { differences } = await play(definitions, recording, timing);
    if (differences.length < best.length) best = differences;
  }
  return best;
}

/** When the recorded monitors looked is not in the script: a legal order is one that some timing brings. */
function timings(recorded: Timing): readonly Timing[] {
  const grid = [0, 2000, 4000, 6000].flatMap((hostMs) => [1000, 3000, 5000, 7000, 9000].map((clusterMs) => ({ hostMs, clusterMs })));
  return [recorded, ...grid, ...grid.map((timing) => ({ ...timing, inventoryMs: SLOW_MS })), recorded];
}

async function play(
  definitions: readonly KubeObject[],
  recording: Recording,
  timing: Timing,
): Promise<{ readonly differences: readonly Difference[]; readonly timeline: readonly TimelineEntry[] }> {
  const { timeline, objects } = await playRecording(definitions, recording, timing, FIELDS);
  const endMs = recording.timeline.at(-1)?.t_ms ?? 0;
  const left = recording.final.objects;
  const differences = [
    ...differencesBetween(recording.timeline, timeline, FIELDS),
    ...failureDifferences(endMs, left, objects),
    ...endDifferences(recording.timeline, left, timeline, FIELDS),
  ];
  return { timeline, differences };
}
