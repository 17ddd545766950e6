import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderDnsmasq } from '../render/dnsmasq.ts';
import { examplePlan } from '../render/example-plan.test-data.ts';
import { hashFiles, parseLeases, type DhcpLease } from './doors/dnsmasq.ts';
import { jumphostChanges, type JumphostState } from './jumphost.ts';
import { labPaths } from './lab-paths.ts';

const files = renderDnsmasq(examplePlan, { ...labPaths(examplePlan), interface: 'eno2', upstreams: [] });

function state(change: { readonly files?: ReadonlyMap<string, string>; readonly leases?: readonly DhcpLease[] } = {}): JumphostState {
  const dnsmasq = { running: true, loaded: hashFiles(examplePlan, files), leases: change.leases ?? [] };
  return { dnsmasq, files: change.files ?? files, nicAddresses: ['192.168.21.1'], resolvers: ['9.9.9.9'] };
}

test('a jumphost as planned has nothing to do, and asks no resolver when it has no uplink', () => {
  assert.deepEqual(jumphostChanges(examplePlan, state()), []);
});

test('files were written but dnsmasq was not told: it is restarted', () => {
  const loaded = { conf: 'older', hosts: 'older', each: new Map() };
  const [change, ...more] = jumphostChanges(examplePlan, { ...state(), dnsmasq: { running: true, loaded, leases: [] } });
  assert.deepEqual(more, []);
  assert.match(change!.detail, /^restart: its configuration changed/);
});

test('a file of a cluster that is gone is deleted, and dnsmasq told so', () => {
  const path = `${labPaths(examplePlan).stateDir}/dhcp-hosts.d/c0`;
  const changes = jumphostChanges(examplePlan, state({ files: new Map([...files, [path, 'old']]) }));
  assert.deepEqual(
    changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`),
    ['delete dhcp-host c0', 'update dnsmasq example'],
  );
});

test('a part that was asked for is loaded as that part, and the rest is still to do', () => {
  const none: JumphostState = { ...state({ files: new Map() }), dnsmasq: { running: false, loaded: undefined, leases: [] } };
  const wanted = ({ kind }: { readonly kind: string }): boolean => kind !== 'dhcp-host';
  assert.ok(jumphostChanges(examplePlan, none, wanted).every(wanted));
  const part = new Map([...files].filter(([path]) => !path.includes('dhcp-hosts.d')));
  const dnsmasq = { running: true, loaded: hashFiles(examplePlan, part), leases: [] };
  assert.deepEqual(jumphostChanges(examplePlan, { ...none, files: part, dnsmasq }, wanted), []);
  assert.deepEqual(
    jumphostChanges(examplePlan, { ...none, files: part, dnsmasq }).map(({ kind }) => kind),
    ['dhcp-host', 'dnsmasq'],
  );
});

test('a lease that would keep a machine from its address is dropped', () => {
  const planned = { mac: '52:54:00:00:01:00', address: '192.168.21.20' };
  assert.deepEqual(jumphostChanges(examplePlan, state({ leases: [planned] })), []);
  const stale = { mac: '52:54:00:00:09:00', address: '192.168.21.20' };
  const [change] = jumphostChanges(examplePlan, state({ leases: [planned, stale] }));
  assert.match(change!.detail, /52:54:00:00:09:00 still has a lease on 192\.168\.21\.20/);
});

test('the machines of a cluster that was released keep their leases, until another cluster has the address', () => {
  const released = { ...examplePlan, clusters: examplePlan.clusters.map((one) => ({ ...one, active: false })) };
  const state2: JumphostState = { ...state({ leases: [{ mac: '52:54:00:00:01:00', address: '192.168.21.20' }] }), files: new Map() };
  const detailOf = (plan: typeof examplePlan): string => jumphostChanges(plan, state2).find(({ kind }) => kind === 'dnsmasq')!.detail;
  assert.doesNotMatch(detailOf(released), /lease/);
  const nodes = [{ ...examplePlan.clusters[0]!.nodes[0]!, mac: '52:54:00:00:09:00' }];
  const other = { ...examplePlan.clusters[0]!, name: 'other', active: true, nodes };
  assert.match(detailOf({ ...released, clusters: [...released.clusters, other] }), /52:54:00:00:01:00 still has a lease on 192\.168\.21\.20/);
});

test('leases are read from dnsmasq’s file, without its DHCPv6 half', () => {
  const text = `1795544361 52:54:00:00:01:04 192.168.78.20 master-0 01:52:54:00:00:01:04
duid 00:01:00:01:32:97
1795544361 260 fd00:78::14 master-0 00:01:00:01
`;
  assert.deepEqual(parseLeases(text), [{ mac: '52:54:00:00:01:04', address: '192.168.78.20' }]);
});
