import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAIL_FAST } from '../../src/hub/fail-fast.ts';
import { createSymptomWatch, type Diagnosis } from '../../src/hub/watch-symptoms.ts';
import { replayRecording, skip } from './recorded-objects.ts';

/** The first refusal of a recorded installation, whose end is looked at once more `afterMs` later. */
function diagnosisOf(file: string, afterMs = 0): Diagnosis {
  const diagnose = createSymptomWatch(FAIL_FAST);
  const looks = [...replayRecording(file, 'spoke')];
  const last = looks.at(-1)!;
  for (const { atMs, objects } of [...looks, { atMs: last.atMs + afterMs, objects: last.objects }]) {
    const diagnosis = diagnose(objects, atMs);
    if (diagnosis.status === 'refused') return diagnosis;
  }
  return { status: 'waiting', againMs: undefined };
}

for (const file of [
  'sno-success',
  'integrated-sno',
  'compact-success',
  'standard-success',
  'standard-roles-assigned-by-service',
  'sno-hold-installation',
  'sno-ntp-unreachable-tolerated',
  'sno-slow-disk-tolerated',
  'sno-missing-machine-network',
]) {
  test(`an installation that went well is never given up: ${file}`, { skip }, () => {
    assert.equal(diagnosisOf(`assisted/${file}.json`).status, 'waiting');
  });
}

const failures: readonly {
  readonly file: string;
  readonly sees: { object: string; condition: string; reason: string; message: RegExp };
  readonly afterMs?: number;
  readonly hint?: RegExp;
}[] = [
  {
    file: 'metal3/wrong-credentials',
    sees: { object: 'BareMetalHost/spoke-ns/master-0', condition: 'Manageable', reason: 'RegistrationFailed', message: /returned code 401/ },
  },
  {
    file: 'metal3/duplicate-boot-mac',
    sees: {
      object: 'BareMetalHost/spoke-ns/master-1',
      condition: 'Manageable',
      reason: 'RegistrationFailed',
      message: /conflicts with existing node spoke-ns~master-0/,
    },
  },
  {
    file: 'assisted/sno-fail-writing-image',
    sees: { object: 'AgentClusterInstall/spoke-ns/spoke', condition: 'Failed', reason: 'InstallationFailed', message: /cluster has hosts in error/ },
    hint: /No space left on device/,
  },
  {
    file: 'assisted/standard-worker-fails',
    sees: { object: 'AgentClusterInstall/spoke-ns/spoke', condition: 'Failed', reason: 'InstallationFailed', message: /failed/ },
  },
  {
    file: 'assisted/sno-preparation-failed-image-pull',
    sees: { object: 'AgentClusterInstall/spoke-ns/spoke', condition: 'LastInstallationPreparationFailed', reason: 'ready', message: /failed to prepare/ },
    hint: /Failed to fetch container images/,
  },
  {
    file: 'assisted/invalid-pull-secret',
    afterMs: 5 * 60_000,
    sees: { object: 'AgentClusterInstall/spoke-ns/spoke', condition: 'SpecSynced', reason: 'BackendError', message: /invalid pull secret data/ },
  },
  {
    file: 'assisted/no-os-image-for-version',
    afterMs: 60_000,
    sees: { object: 'AgentClusterInstall/spoke-ns/spoke', condition: 'SpecSynced', reason: 'InputError', message: /./ },
  },
  {
    file: 'assisted/compact-vip-in-use',
    afterMs: 17 * 60_000,
    sees: {
      object: 'AgentClusterInstall/spoke-ns/spoke',
      condition: 'Validated',
      reason: 'ValidationsFailing',
      message: /api vips <192\.168\.111\.100> is already in use/,
    },
  },
  {
    file: 'assisted/sno-too-little-memory',
    afterMs: 15 * 60_000,
    sees: { object: 'Agent/spoke-ns/<host-master-0>', condition: 'Validated', reason: 'ValidationsFailing', message: /Require at least 16\.00 GiB RAM/ },
  },
  {
    file: 'assisted/timeout-finalizing-operators',
    sees: { object: 'AgentClusterInstall/spoke-ns/spoke', condition: 'Failed', reason: 'InstallationFailed', message: /Waiting for cluster operators/ },
  },
  {
    file: 'assisted/sno-wrong-boot-order',
    afterMs: 5 * 60_000,
    sees: { object: 'Agent/spoke-ns/<host-master-0>', condition: 'Installed', reason: 'InstallationInProgress', message: /fix boot order/ },
  },
];

for (const { file, sees, afterMs, hint } of failures) {
  test(`an installation that cannot succeed is given up with the object's own words: ${file}`, { skip }, () => {
    const diagnosis = diagnosisOf(`${file}.json`, afterMs);
    assert.equal(diagnosis.status, 'refused');
    if (diagnosis.status !== 'refused') return;
    const { object, condition, reason, message } = diagnosis.symptom;
    assert.deepEqual({ object, condition, reason }, { object: sees.object, condition: sees.condition, reason: sees.reason });
    assert.match(message, sees.message);
    assert.match(diagnosis.hint, hint ?? /./);
  });
}
