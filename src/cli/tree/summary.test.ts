import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Run } from '../../contract/runs.ts';
import { summary } from './summary.ts';

test('the summary says in full which object a job failed on, why, and what to do next', () => {
  const message = `HTTP GET https://bmc.our.pretty.lab:8443 returned code 401 ${'x'.repeat(200)}`;
  const error = {
    object: 'BareMetalHost/sno1/master-0',
    condition: 'Manageable',
    reason: 'RegistrationFailed',
    message,
    hint: 'correct the password',
    step: null,
  };
  const job = {
    id: '1',
    stage: 'spoke',
    action: 'install',
    cluster: 'sno1',
    waitingFor: [],
    startedAt: null,
    endedAt: null,
    simulatedMs: null,
    steps: [],
    files: [],
  };
  const jobs: Run['jobs'] = [
    { ...job, name: 'sno1-install', status: 'failure', error },
    { ...job, name: 'sno1-detach', status: 'skipped', error: null },
  ];
  const run: Run = { id: '1', name: 'daily', lab: 'pretty', status: 'failure', createdAt: '2026-01-01T00:00:00Z', jobs };
  assert.deepEqual(
    summary({ run, simulatedMs: 22_000, realMs: 1500, look: { log: 'labwright.log' } })
      .split('\n')
      .slice(5),
    [
      'daily on lab pretty: failure; 0 of 2 jobs succeeded, 22 s of simulated time in 1.5 s.',
      '',
      `sno1-install failed on BareMetalHost/sno1/master-0 Manageable: RegistrationFailed: ${message}`,
      'hint: correct the password',
      '',
      'log  labwright.log',
      '',
    ],
  );
});
