import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import type { Recording } from './assisted-recording.ts';
import { differencesBetween, failureDifferences, recordedTiming } from './assisted-comparison.ts';
import { playRecording, type Timing } from './play-recording.ts';
import type { TimelineEntry } from './timeline.ts';

const recorded = process.env['LABWRIGHT_RECORDED'] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'recorded');
const skip = existsSync(recorded) || process.env['CI'] === 'true' ? false : 'no recordings beside the repository';

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

for (const file of skip ? [] : globSync('assisted/*.json', { cwd: recorded }).toSorted()) {
  const name = basename(file, '.json');
  if (name.startsWith('admission-')) continue; // Attempts at the webhook: assisted-admission.test.ts.
  test(`does what the real assisted-service did: ${name}`, async () => {
    const recording = JSON.parse(readFileSync(join(recorded, file), 'utf8')) as Recording;
    let { differences, timeline } = await replay(recording, { hostMs: 0, clusterMs: 0 });
    for (const timing of timings(recordedTiming(recording.timeline, timeline))) {
      if (differences.length === 0) return;
      ({ differences, timeline } = await replay(recording, timing));
    }
    assert.deepEqual(differences, []);
  });
}
if (skip) test('assisted-service does what the real one did', { skip }, () => undefined);

/** When the recorded monitors looked is not in the script: a legal order is one that some timing brings. */
function timings(recorded: Timing): readonly Timing[] {
  const grid = [0, 2000, 4000, 6000].flatMap((hostMs) => [1000, 3000, 5000, 7000, 9000].map((clusterMs) => ({ hostMs, clusterMs })));
  return [recorded, ...grid, ...grid.map((timing) => ({ ...timing, inventoryMs: SLOW_MS })), recorded];
}

async function replay(recording: Recording, timing: Timing): Promise<{ readonly differences: readonly string[]; readonly timeline: readonly TimelineEntry[] }> {
  const { timeline, objects } = await playRecording(recording, timing, FIELDS);
  return { timeline, differences: [...differencesBetween(recording.timeline, timeline, FIELDS), ...failureDifferences(recording.final.objects, objects)] };
}
