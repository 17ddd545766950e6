import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitingFor, type QueuedJob } from './waiting-for.ts';

const ready: QueuedJob = { status: 'waiting', cluster: 'hub1', needs: [], lab: 'pretty', agentIsAlive: true, leaseRanOut: false, clusterHeldBy: null };

test('a job names each need that has not succeeded, and nothing else while there is one', () => {
  const needs = [
    { name: 'plan', status: 'success' },
    { name: 'hub1-install', status: 'running' },
  ];
  assert.deepEqual(waitingFor({ ...ready, needs, agentIsAlive: false }), ['waits for hub1-install (running)']);
});

test('a job that waits for another just to end is content with a failure', () => {
  const after = (status: string): QueuedJob => ({ ...ready, needs: [{ name: 'sno1-detach', status, justEnded: true }] });
  assert.deepEqual(waitingFor(after('running')), ['waits for sno1-detach (running)']);
  assert.deepEqual(waitingFor(after('skipped')), ['waits for its turn at the agent of lab pretty']);
});

test('a job whose needs are met says what else is missing', () => {
  const held = { job: 'hub1-install', run: '3f0c' };
  assert.deepEqual(waitingFor({ ...ready, agentIsAlive: false, clusterHeldBy: held }), [
    'waits for an agent of lab pretty',
    'waits for cluster hub1, held by hub1-install of run 3f0c',
  ]);
  assert.deepEqual(waitingFor(ready), ['waits for its turn at the agent of lab pretty']);
});

test('a running job waits only when its lease ran out', () => {
  assert.deepEqual(waitingFor({ ...ready, status: 'running' }), []);
  assert.deepEqual(waitingFor({ ...ready, status: 'running', leaseRanOut: true, agentIsAlive: false }), [
    'waits for an agent of lab pretty',
    'waits to be taken up again: its lease ran out',
  ]);
});
