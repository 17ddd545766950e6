import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LabPlan } from '../lab/plan.ts';
import { renderChrony } from './chrony.ts';
import { examplePlan } from './example-plan.test-data.ts';
import { renderFirewalld } from './firewalld.ts';
import { jumphostPorts } from './jumphost-ports.ts';
import { renderNftables } from './nftables.ts';

const withJumphost = (change: Partial<LabPlan['jumphost']>): LabPlan => ({ ...examplePlan, jumphost: { ...examplePlan.jumphost, ...change } });
const services = examplePlan.jumphost.services;

test('a value that would end a line or a name is refused where the format cannot escape it', () => {
  assert.throws(() => renderChrony(withJumphost({ services: { ...services, ntpUpstreams: ['pool.example\nallow all'] } })), { code: 'bad_input' });
  assert.throws(() => renderNftables(withJumphost({ nic: 'e"; flush ruleset' })), { code: 'bad_input' });
  assert.match(renderFirewalld(withJumphost({ nic: '"/><x' })).get('zones/lw-example.xml') ?? '', /name="&quot;\/&gt;&lt;x"/);
});

test('without an uplink nothing is forwarded outside, and time is the jumphost’s own', () => {
  assert.doesNotMatch(renderNftables(examplePlan), /masquerade|hook forward/);
  assert.deepEqual([...renderFirewalld(examplePlan).keys()], ['zones/lw-example.xml']);
  assert.doesNotMatch(renderChrony(examplePlan), /^(server|pool) /m);
  assert.match(renderChrony(examplePlan), /^local stratum 10$/m);
});

test('a port is open for each service that is there, and for no other', () => {
  const ports = (plan: LabPlan): string[] => jumphostPorts(plan).map(({ protocol, port }) => `${port}/${protocol}`);
  const plain = ports(examplePlan);
  assert.ok(plain.includes('53/tcp') && plain.includes('53/udp') && !plain.includes('547/udp'));
  const store = withJumphost({ services: { ...services, httpStore: { port: 8081, root: '/srv', serve: false } } });
  assert.deepEqual(
    ports(store).filter((one) => !plain.includes(one)),
    ['8081/tcp'],
  );
  const { address } = examplePlan.jumphost;
  const upi: LabPlan = { ...examplePlan, clusters: examplePlan.clusters.map((one) => ({ ...one, install: 'upi', vips: { api: address, ingress: address } })) };
  assert.deepEqual(
    ports(upi).filter((one) => !plain.includes(one)),
    ['6443/tcp', '22623/tcp', '80/tcp', '443/tcp'],
  );
});

test('zone names of firewalld have 17 letters or fewer, whatever the lab is called', () => {
  const names = [...renderFirewalld({ ...withJumphost({ uplink: 'eno1' }), lab: 'a-lab-with-a-long-name' }).keys()].map((path) =>
    path.replace(/^.*\/|\.xml$/g, ''),
  );
  assert.ok(names.every((name) => name.length <= 17) && new Set(names).size === 3, names.join());
});
