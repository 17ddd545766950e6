import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LabPlan } from '../../lab/plan.ts';
import { examplePlan } from '../../render/example-plan.test-data.ts';
import { renderFirewalld } from '../../render/firewalld.ts';
import { renderNftables } from '../../render/nftables.ts';
import type { FirewalldState } from '../doors/firewalld.ts';
import { firewallChanges, firewallRemovals } from './firewall-changes.ts';

const planned = (firewall: LabPlan['jumphost']['services']['firewall']): LabPlan => ({
  ...examplePlan,
  jumphost: { ...examplePlan.jumphost, services: { ...examplePlan.jumphost.services, firewall } },
});
const table = { file: renderNftables(planned('nftables')), table: 'unchanged' } as const;
const none = { file: undefined, table: 'absent' } as const;
const zones: FirewalldState = { installed: true, running: true, files: renderFirewalld(examplePlan), filesIntact: true, rulesIntact: true };
const empty: FirewalldState = { ...zones, files: new Map(), filesIntact: false, rulesIntact: false };
const host = { name: 'jump', exec: () => Promise.reject(new Error('nothing may be run')), freshExec: () => Promise.reject(new Error('nothing may be run')) };
const signal = new AbortController().signal;

test('rules in force need nothing, in either program', () => {
  assert.deepEqual(firewallChanges(planned('nftables'), { firewall: table, firewalld: { ...empty, running: false } }), []);
  assert.deepEqual(firewallChanges(planned('firewalld'), { firewall: none, firewalld: zones }), []);
});

test('what the other program has goes before the planned rules are made', () => {
  const said = firewallChanges(planned('firewalld'), { firewall: table, firewalld: empty }).map(({ action, detail }) => `${action}: ${detail}`);
  assert.deepEqual(said, [
    'delete: its table of nftables: firewalld has the rules',
    'create: eno2 is moved to zone lw-example; what others opened without --permanent closes',
  ]);
  assert.deepEqual(
    firewallChanges(planned('none'), { firewall: table, firewalld: zones }).map(({ action }) => action),
    ['delete', 'delete'],
  );
});

test('nftables beside a firewalld that runs, and firewalld where it does not, are refused before anything is done', async () => {
  const [beside] = firewallChanges(planned('nftables'), { firewall: none, firewalld: empty });
  await assert.rejects(beside!.act(host, signal), { code: 'conflict', hint: /services\.firewall: firewalld/ });
  const [stopped] = firewallChanges(planned('firewalld'), { firewall: none, firewalld: { ...empty, running: false } });
  await assert.rejects(stopped!.act(host, signal), { code: 'not_found', hint: /lab prepare/ });
});

test('zones that were changed by hand, in files or in the kernel, are drift; those of an older plan are not', () => {
  const byHand = (change: Partial<FirewalldState>, plan = planned('firewalld')): unknown =>
    firewallChanges(plan, { firewall: none, firewalld: { ...zones, ...change } }).map((one) => [one.byHand, one.differences?.[0]?.found]);
  assert.deepEqual(byHand({ rulesIntact: false }), [[true, 'changed']]);
  assert.deepEqual(byHand({ filesIntact: false }), [[true, 'changed']]);
  assert.deepEqual(byHand({ running: false }), [[true, 'stopped']]);
  const later = planned('firewalld');
  assert.deepEqual(byHand({}, { ...later, jumphost: { ...later.jumphost, uplink: 'eno1' } }), [[false, undefined]]);
});

test('destroy takes what there is of both', () => {
  assert.equal(firewallRemovals(examplePlan, { firewall: none, firewalld: empty }).length, 0);
  assert.equal(firewallRemovals(examplePlan, { firewall: table, firewalld: zones }).length, 2);
});
