import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examplePlan } from '../../render/example-plan.test-data.ts';
import type { LabFacts } from './check.ts';
import { judge } from './check-lab.ts';
import { readHostFacts, type HostFacts } from './host-facts.ts';

/** What a server of the example answers (recorded from Debian 12, shortened). */
const ANSWER = [
  '1764000000000',
  '500000',
  '/var/lib/libvirt/images',
  '2048000 12%',
  '-',
  'Y',
  JSON.stringify([
    { ifname: 'eno2', mtu: 1500, flags: ['BROADCAST', 'UP', 'LOWER_UP'], operstate: 'UP', master: 'br0' },
    { ifname: 'br0', mtu: 1500, flags: ['UP', 'LOWER_UP'], linkinfo: { info_kind: 'bridge', info_data: { stp_state: 0, forward_delay: 0 } } },
  ]),
  'UNCONN 0 0 0.0.0.0%virbr0:67 0.0.0.0:* users:(("dnsmasq",pid=900,fd=3))',
  '',
  '0',
  '-P FORWARD DROP',
  '',
  '1',
  'fpu pni ssse3 cx16 sse4_1 sse4_2 popcnt lahf_lm avx2',
  '<os \n>efi<',
  '0.104',
  '',
].join('\0');

function idsWith(change: Partial<HostFacts>, facts: Partial<LabFacts> = {}): string[] {
  const host = { ...readHostFacts(ANSWER, { askedAtMs: 1764000000000, answeredInMs: 0 }), ...change };
  const state = { servers: new Map(), jumphost: undefined, failures: [], unseen: [] };
  const hosts = new Map(examplePlan.servers.map(({ name }) => [name, host]));
  return judge({ plan: examplePlan, state, hosts, segment: undefined, bridges: new Map(), bmcs: new Map(), dnsmasqRefusal: undefined, ...facts }).map(
    ({ id, on }) => `${id} ${on}`,
  );
}

test('a server that is well, with a network of libvirt on a bridge of its own, has no finding', () => {
  assert.deepEqual(idsWith({}), []);
});

test('a firewall that bridged frames pass and that drops them is BR-FILTER', () => {
  assert.deepEqual(idsWith({ bridgeFirewall: { on: true, forward: '-P FORWARD DROP' } }), ['BR-FILTER s1']);
  assert.deepEqual(idsWith({ bridgeFirewall: { on: true, forward: '-P FORWARD ACCEPT' } }), []);
});

test('without nested virtualisation a lab on KVM has VM-NESTED', () => {
  assert.deepEqual(idsWith({ nested: 'N' }), ['VM-NESTED s1']);
  assert.deepEqual(idsWith({ nested: undefined }, { plan: { ...examplePlan, accel: 'tcg' } }), []);
});

test('what dnsmasq says of a configuration that it refuses is DNS-SYNTAX', () => {
  assert.deepEqual(idsWith({}, { dnsmasqRefusal: 'bad option at line 3' }), ['DNS-SYNTAX jump']);
});

test('the BMCs’ port is BMC-PORT, unless it is labwright’s agent that serves them, whatever its first thread is called', () => {
  const host = readHostFacts(ANSWER, { askedAtMs: 1764000000000, answeredInMs: 0 });
  const idsOf = (command: string): string[] => {
    const line = `LISTEN 0 511 192.168.21.1:8443 0.0.0.0:* users:(("MainThread",pid=4592,fd=30)) ${command}`;
    return idsWith({}, { hosts: new Map([['jump', { ...host, tcpListeners: [line] }]]) });
  };
  assert.deepEqual(idsOf('/opt/node /opt/labwright/bin/labwright.js agent --server http://s'), []);
  assert.deepEqual(idsOf('/usr/bin/node /srv/other.js'), ['BMC-PORT jump']);
});

test('a DHCP server that listens on every link of a server is DHCP-PORT', () => {
  assert.deepEqual(idsWith({ dhcpServers: ['UNCONN 0 0 0.0.0.0:67 0.0.0.0:* users:(("dhcpd",pid=7,fd=3))'] }), ['DHCP-PORT s1']);
});

const SEEN = { gateway: '52:54:00:00:00:fe', address: '192.168.21.250', ping: true, longPing: true, dns: 'NOERROR', closed: [], offered: null, offerTo: null };
const RUNNING = {
  servers: new Map(),
  jumphost: { dnsmasq: { running: true, loaded: undefined, leases: [] }, files: new Map(), nicAddresses: [examplePlan.jumphost.address], resolvers: [] },
  failures: [],
  unseen: [],
};

test('what a port of a bridge does not see is told by how far it came', () => {
  const seen = (change: object): string[] =>
    idsWith({}, { state: RUNNING, bridges: new Map([['s1', { ...SEEN, ...change }]]) }).filter((id) => id.endsWith('s1'));
  assert.deepEqual(seen({}), []);
  assert.deepEqual(seen({ gateway: null, address: null, ping: false, longPing: false, dns: null }), ['BR-FILTER s1']);
  assert.deepEqual(seen({ ping: false, longPing: false, dns: null }), ['BR-FILTER s1']);
  assert.deepEqual(seen({ longPing: false }), ['NET-MTU s1']);
  assert.deepEqual(seen({ dns: 'no answer: timed out' }), ['NET-PORTS s1']);
  assert.deepEqual(seen({ offerTo: 'c1-master-0' }), ['NET-DHCP-DEAD s1']);
  assert.deepEqual(seen({ offerTo: 'c1-master-0', offered: '192.168.21.20' }), []);
});

test('a service of the jumphost that takes no connection from a VM’s port is HTTP-STORE or REG-ACCESS', () => {
  const services = {
    ...examplePlan.jumphost.services,
    httpStore: { port: 8080, root: '/srv', serve: false },
    registry: { port: 5000, root: '/reg', serve: false, mirror: false, additionalImages: [] },
  };
  const plan = { ...examplePlan, jumphost: { ...examplePlan.jumphost, services } };
  const seen = (closed: readonly number[]): string[] =>
    idsWith({}, { plan, state: RUNNING, bridges: new Map([['s1', { ...SEEN, closed }]]) }).filter((id) => id.endsWith('s1'));
  assert.deepEqual(seen([]), []);
  assert.deepEqual(seen([8080]), ['HTTP-STORE s1']);
  assert.deepEqual(seen([5000]), ['REG-ACCESS s1']);
});

test('a registry’s certificate that ends within a week is CERT-TIME', () => {
  const said = (text: string): string[] => {
    const host = readHostFacts(ANSWER.replace(/$/, text), { askedAtMs: 1764000000000, answeredInMs: 0 });
    return idsWith({}, { hosts: new Map([['jump', host]]) });
  };
  assert.deepEqual(said('notAfter=Nov 25 10:00:00 2026 GMT\nCertificate will expire\n'), ['CERT-TIME jump']);
  assert.deepEqual(said('notAfter=Nov 25 10:00:00 2036 GMT\nCertificate will not expire\n'), []);
  assert.deepEqual(said(''), []);
});

test('a registry of the lab’s own that refuses its login is REG-LOGIN, one that jobs mirror into without room REG-SPACE', () => {
  const registry = { port: 5000, root: '/reg', serve: true, mirror: true, additionalImages: [] };
  const plan = { ...examplePlan, jumphost: { ...examplePlan.jumphost, services: { ...examplePlan.jumphost.services, registry } } };
  const seen = (answer: object): string[] => idsWith({}, { plan, registry: { status: 200, said: '', availableMiB: 100_000, ...answer } });
  assert.deepEqual(seen({}), []);
  assert.deepEqual(seen({ status: 401 }), ['REG-LOGIN jump']);
  assert.deepEqual(seen({ status: 0, said: 'curl: (7) Failed to connect' }), ['REG-LOGIN jump']);
  assert.deepEqual(seen({ availableMiB: 20_000 }), ['REG-SPACE jump']);
});

test('a processor without x86-64-v2 is VM-CPU, and a libvirt without UEFI is LIBVIRT-VER, where VMs need them', () => {
  assert.deepEqual(idsWith({ cpuFlags: ['fpu', 'pni', 'cx16', 'lahf_lm'] }), ['VM-CPU s1']);
  assert.deepEqual(idsWith({ cpuFlags: ['fpu'] }, { plan: { ...examplePlan, accel: 'tcg' } }), []);
  assert.deepEqual(idsWith({ cpuFlags: [] }), []);
  assert.deepEqual(idsWith({ efi: false }), ['LIBVIRT-VER s1']);
  const bios = examplePlan.machines.map((machine) => ({ ...machine, firmware: 'bios' }) as const);
  assert.deepEqual(idsWith({ efi: false }, { plan: { ...examplePlan, machines: bios } }), []);
});

test('a disk with slow synchronous writes is DISK-SLOW, on KVM', () => {
  const { syncMs } = readHostFacts(ANSWER, { askedAtMs: 1764000000000, answeredInMs: 0 });
  assert.equal(syncMs, 2.08);
  assert.deepEqual(idsWith({ syncMs: 10.1 }), ['DISK-SLOW s1']);
  assert.deepEqual(idsWith({ syncMs: 10.1 }, { plan: { ...examplePlan, accel: 'tcg' } }), []);
});

test('a VIP that two masters hold is NET-VIP; a node’s own MAC is none', () => {
  const segment = (macs: readonly string[]) => ({ holders: { '192.168.21.18': macs }, offers: [], routers: [], dns: [] });
  assert.deepEqual(idsWith({}, { segment: segment(['52:54:00:00:01:00']) }), []);
  assert.deepEqual(idsWith({}, { segment: segment(['52:54:00:00:01:00', '52:54:00:00:01:01']) }), ['NET-VIP jump']);
});

test('a BMC that is silent, refuses its password or has no such system is BMC-REACH', () => {
  const host = { ...examplePlan.machines[0]!, name: 'metal1', kind: 'metal', server: 'metal1' } as const;
  const plan = { ...examplePlan, machines: [...examplePlan.machines, host] };
  const said = (status: number, error = ''): string[] => idsWith({}, { plan, bmcs: new Map([['metal1', { status, error }]]) });
  assert.deepEqual(said(200), []);
  for (const status of [0, 401, 404, 503]) assert.deepEqual(said(status), ['BMC-REACH metal1']);
});
