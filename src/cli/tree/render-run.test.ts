import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Run, RunJobState } from '../../contract/runs.ts';
import { layOut } from './line.ts';
import { renderRun } from './render-run.ts';

const wide = { columns: 120, rows: 40, color: false };

test('a running job shows its steps, how far they are, and in the object’s words what it waits for', () => {
  const waitingOn = { object: 'BareMetalHost/sno1/sno1-master-0', condition: 'Provisioned', reason: 'provisioning', message: 'writing\nthe image' };
  const steps = [
    { id: 'apply', title: 'Apply the ClusterInstance', status: 'success', percent: null, waitingOn: null },
    { id: 'wait', title: 'Wait for the installation', status: 'running', percent: 41.6, waitingOn },
    { id: 'store', title: 'Store the kubeconfig', status: 'pending', percent: null, waitingOn: null },
  ] as const;
  assert.deepEqual(shown(run([job({ status: 'running', steps: [...steps] }), job({ name: 'sno1-detach', waitingFor: ['sno1-install'] })]), wide), [
    '⠋ sno1-install  install sno1 · 1 of 3 steps',
    '  ✔ Apply the ClusterInstance',
    '  ⠋ Wait for the installation  42 %',
    '    › BareMetalHost/sno1/sno1-master-0 Provisioned: provisioning: writing the image',
    '  ◼ Store the kubeconfig',
    '◼ sno1-detach   install sno1 · sno1-install',
    '',
    'simulated 1 h 05 min · real 7.3 s',
    'job page http://127.0.0.1:8420',
  ]);
});

test('a job that ended well is one line; one that failed keeps its steps and says why and what to do', () => {
  const error = { object: 'BareMetalHost/sno1/x', condition: 'Manageable', reason: 'RegistrationError', message: '401', step: 'wait', hint: 'look' };
  const failed = job({ name: 'b', status: 'failure', error, steps: [{ id: 'wait', title: 'Wait', status: 'failure', percent: null, waitingOn: null }] });
  const done = job({ name: 'a', status: 'success', simulatedMs: 4_000_000, startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T00:00:02Z' });
  assert.deepEqual(shown(run([done, failed]), wide).slice(0, 5), [
    '✔ a  install sno1 · success · 1 h 07 min simulated · 2.0 s real',
    '✖ b  install sno1 · failure · 0.0 s real',
    '  ✖ Wait',
    '  BareMetalHost/sno1/x Manageable: RegistrationError: 401',
    '  hint: look',
  ]);
});

test('lines are cut at the screen’s width, and pending steps give way when there are too few rows', () => {
  const steps = Array.from({ length: 20 }, (_, index) => ({
    id: `s${index}`,
    title: `Step ${index} with a long title`,
    status: index === 0 ? ('running' as const) : ('pending' as const),
    percent: null,
    waitingOn: null,
  }));
  const lines = shown(run([job({ status: 'running', steps })]), { columns: 20, rows: 6, color: false });
  assert.equal(lines.length, 6);
  assert.equal(lines[1], '  ⠋ Step 0 with a l…');
  assert.match(lines.at(-2)!, /^simulated/);
});

function shown(of: Run, screen: Parameters<typeof layOut>[1]): string[] {
  return layOut(renderRun({ run: of, simulatedMs: 3_900_000, realMs: 7300, url: 'http://127.0.0.1:8420', frame: 0 }), screen);
}

function run(jobs: RunJobState[]): Run {
  return { id: '00000000-0000-4000-8000-000000000000', name: 'daily', lab: 'pretty', status: 'running', createdAt: '2026-01-01T00:00:00Z', jobs };
}

function job(changes: Partial<RunJobState>): RunJobState {
  return {
    id: '00000000-0000-4000-8000-000000000001',
    name: 'sno1-install',
    stage: 'spoke',
    action: 'install',
    cluster: 'sno1',
    status: 'waiting',
    waitingFor: [],
    startedAt: null,
    endedAt: null,
    simulatedMs: null,
    files: [],
    steps: [],
    error: null,
    ...changes,
  };
}
