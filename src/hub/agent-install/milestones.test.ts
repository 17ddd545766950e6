import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examplePlan } from '../../render/example-plan.test-data.ts';
import type { Milestone } from '../cluster-install/milestone.ts';
import type { AssistedAnswer } from './assisted-service.ts';
import { bootstrapOver, disksWritten, hostsRegistered, rendezvousUp } from './milestones.ts';

const cluster = examplePlan.clusters.find(({ name }) => name === 'c1')!;
const [rendezvous] = cluster.nodes;
const silent: AssistedAnswer = { status: 'silent' };
const closed: AssistedAnswer = { status: 'closed' };

function answer(status: string, ...hosts: readonly [name: string, status: string, stage?: string, percent?: number][]): AssistedAnswer {
  return {
    status: 'open',
    cluster: {
      id: 'id',
      status,
      status_info: `cluster is ${status}`,
      hosts: hosts.map(([requested_hostname, one, current_stage = '', installation_percentage = 0]) => ({
        requested_hostname,
        status: one,
        status_info: `host is ${one}`,
        progress: { current_stage, installation_percentage },
      })),
    },
  };
}

function waitsFor(milestone: Milestone): string {
  assert.equal(milestone.status, 'waiting', JSON.stringify(milestone));
  return milestone.status === 'waiting' ? `${milestone.on.object} ${milestone.on.reason}` : '';
}

test('the rendezvous host is up when its service answers, even if it asks for a token', () => {
  assert.equal(waitsFor(rendezvousUp(rendezvous!, silent)), 'master-0 ConnectionRefused');
  assert.equal(waitsFor(rendezvousUp(rendezvous!, { status: 'open', cluster: undefined })), 'master-0 NoCluster');
  assert.deepEqual([rendezvousUp(rendezvous!, closed).status, rendezvousUp(rendezvous!, answer('insufficient')).status], ['met', 'met']);
});

test('a host that has not registered is named, then one that is not valid yet, then the cluster', () => {
  const known = (name: string): [string, string] => [name, 'known'];
  assert.equal(waitsFor(hostsRegistered(cluster, answer('insufficient', known('master-0'), known('master-2')))), 'master-1 NotRegistered');
  assert.equal(
    waitsFor(hostsRegistered(cluster, answer('insufficient', known('master-0'), known('master-1'), ['master-2', 'discovering']))),
    'master-2 discovering',
  );
  const all = ['master-0', 'master-1', 'master-2'].map(known);
  assert.equal(waitsFor(hostsRegistered(cluster, answer('insufficient', ...all))), 'c1 insufficient');
  assert.equal(hostsRegistered(cluster, answer('ready', ...all)).status, 'met');
});

test('disks are written when all hosts but the rendezvous host have rebooted; the percentage is their mean', () => {
  const half = disksWritten(
    cluster,
    rendezvous!,
    answer(
      'installing',
      ['master-0', 'installing-in-progress'],
      ['master-1', 'installing-in-progress', 'Writing image to disk', 40],
      ['master-2', 'installing-in-progress', 'Rebooting'],
    ),
  );
  assert.equal(waitsFor(half), 'master-1 Writing image to disk');
  assert.equal(half.status === 'waiting' && half.percent, 70);
  const rebooted = answer(
    'installing',
    ['master-0', 'installing-in-progress', 'Waiting for control plane'],
    ['master-1', 'installing-in-progress', 'Joined'],
    ['master-2', 'installed', 'Done'],
  );
  assert.equal(disksWritten(cluster, rendezvous!, rebooted).status, 'met');
});

test('the bootstrap is over when the rendezvous host reboots, or has gone silent', () => {
  assert.equal(
    waitsFor(bootstrapOver(rendezvous!, answer('installing', ['master-0', 'installing-in-progress', 'Waiting for control plane']))),
    'master-0 Waiting for control plane',
  );
  assert.equal(bootstrapOver(rendezvous!, answer('installing', ['master-0', 'installing-in-progress', 'Rebooting'])).status, 'met');
  assert.equal(bootstrapOver(rendezvous!, silent).status, 'met');
});

test('a host in error is out of reach, in its own words', () => {
  const failed = answer('error', ['master-0', 'known'], ['master-1', 'error'], ['master-2', 'known']);
  for (const milestone of [hostsRegistered(cluster, failed), disksWritten(cluster, rendezvous!, failed), bootstrapOver(rendezvous!, failed)]) {
    assert.deepEqual(milestone.status === 'refused' && milestone.on, { object: 'master-1', condition: 'Installed', reason: 'error', message: 'host is error' });
  }
});

test('a service that hides its hosts is no reason to wait; a silent one is a reason to look elsewhere', () => {
  assert.equal(hostsRegistered(cluster, closed).status, 'met');
  const unseen = hostsRegistered(cluster, silent);
  assert.equal(unseen.status === 'waiting' && unseen.silent, true);
});
