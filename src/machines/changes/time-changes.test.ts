import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderChrony, renderServerChrony } from '../../render/chrony.ts';
import { examplePlan } from '../../render/example-plan.test-data.ts';
import type { ChronyState } from '../doors/chrony.ts';
import { timeChanges, timedAddresses, timeRemovals } from './time-changes.ts';

const jumphost = examplePlan.jumphost.name;
const server = examplePlan.servers[0]!.name;
const applied: ChronyState = {
  installed: true,
  path: '/etc/chrony/conf.d/labwright-example.conf',
  text: renderChrony(examplePlan),
  mainPath: '/etc/chrony/chrony.conf',
  included: true,
  running: true,
  stale: false,
  serves: new Set(timedAddresses(examplePlan)),
  sources: [],
};
const taken: ChronyState = { ...applied, text: renderServerChrony(examplePlan), serves: new Set(), sources: [examplePlan.jumphost.address] };
const found = (host: string, state: ChronyState): unknown =>
  timeChanges(examplePlan, host, state).map(({ action, byHand, differences }) => [action, byHand, differences?.map(({ field }) => field)]);

test('a jumphost that gives the time, and a server that takes it, need nothing', () => {
  assert.deepEqual(found(jumphost, applied), []);
  assert.deepEqual(found(server, taken), []);
});

test('what chrony does is asked, whatever its files say', () => {
  assert.deepEqual(found(jumphost, { ...applied, serves: new Set() }), [['update', true, ['configuration']]]);
  assert.deepEqual(found(server, { ...taken, sources: ['192.0.2.1'] }), [['update', true, ['configuration']]]);
  assert.deepEqual(found(server, { ...taken, running: false, sources: [] }), [['update', true, ['power']]]);
});

test('a part that was changed by hand is drift; one of an older plan is not', () => {
  const upstreams = { ...examplePlan.jumphost.services, ntpUpstreams: ['192.0.2.1'] };
  const older = renderChrony({ ...examplePlan, jumphost: { ...examplePlan.jumphost, services: upstreams } });
  assert.deepEqual(found(jumphost, { ...applied, text: older }), [['update', false, ['line']]]);
  assert.deepEqual(found(jumphost, { ...applied, text: `${applied.text}allow all\n` }), [['update', true, ['line']]]);
  assert.deepEqual(found(jumphost, { ...applied, text: `${applied.text}# mine\n` }), [['update', true, ['text']]]);
});

test('without chrony nothing is written, and the hint says how it comes there', async () => {
  const [change] = timeChanges(examplePlan, server, { ...taken, installed: false, text: undefined, running: false, sources: [] });
  const exec = () => Promise.reject(new Error('nothing may be run'));
  await assert.rejects(change!.act({ name: server, exec, freshExec: exec }, new AbortController().signal), { code: 'not_found', hint: /lab prepare/ });
});

test('a server that is the jumphost itself has one part, the jumphost’s', () => {
  const one = { ...examplePlan, servers: [{ ...examplePlan.servers[0]!, address: examplePlan.jumphost.address }] };
  assert.deepEqual(timeChanges(one, server, { ...taken, text: undefined }), []);
  assert.deepEqual(timeRemovals(one, server, applied), []);
  assert.equal(timeRemovals(one, jumphost, applied).length, 1);
});
