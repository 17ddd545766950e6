import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateCluster } from './cluster-validations.ts';
import { majorityGroups } from './connectivity.ts';
import { validateHost } from './host-validations.ts';
import { newCluster, newHost } from './installation-service.ts';
import { inventoryOf } from './inventory.ts';
import type { ClusterRecord, ClusterSpec, HostRecord } from './records.ts';

const SPEC: ClusterSpec = {
  name: 'spoke',
  baseDomain: 'lab.example.com',
  openshiftVersion: '4.18.10',
  releaseImage: 'quay.example.com/ocp/release:4.18.10-x86_64',
  controlPlanes: 3,
  workers: 0,
  apiVips: ['192.168.111.100'],
  ingressVips: ['192.168.111.101'],
  machineNetworks: ['192.168.111.0/24'],
  clusterNetworks: [{ cidr: '10.128.0.0/14', hostPrefix: 23 }],
  serviceNetworks: ['172.30.0.0/16'],
  networkType: undefined,
  userManagedNetworking: false,
  installConfigOverrides: undefined,
};

function cluster(change: Partial<ClusterSpec> = {}): ClusterRecord {
  return newCluster({ id: 'c', namespace: 'spoke', deployment: 'spoke', spec: { ...SPEC, ...change } }, 0);
}

function host(
  index: number,
  change: {
    readonly cpus?: number;
    readonly diskGb?: number;
    readonly hostname?: string;
    readonly network?: string;
    readonly reaches?: readonly string[];
  } = {},
): HostRecord {
  const address = `${change.network ?? '192.168.111'}.1${index}/24`;
  return {
    ...newHost({ id: `host-${index}`, infraEnvId: 'i', clusterId: 'c', day2: false }, false, 0),
    requestedRole: 'master',
    facts: { reaches: new Set(change.reaches ?? []) },
    inventory: inventoryOf({
      hostname: change.hostname ?? `master-${index}`,
      mac: `52:54:00:00:00:0${index}`,
      addresses: [address],
      gateway: '192.168.111.1',
      cpus: change.cpus ?? 16,
      memoryBytes: 32 * 2 ** 30,
      disks: [{ bytes: (change.diskGb ?? 120) * 1e9, type: 'SSD', serial: 'S1' }],
      vendor: { manufacturer: 'Dell Inc.', product: 'PowerEdge', virtual: false },
    }),
  };
}

function failuresOf(record: ClusterRecord, hosts: readonly HostRecord[]): readonly string[] {
  return validateCluster({ cluster: record, hosts })
    .filter(({ status, id }) => status === 'failure' && id !== 'all-hosts-are-ready-to-install')
    .map(({ id, message }) => `${id}: ${message}`);
}

function hostFailures(one: HostRecord, hosts: readonly HostRecord[]): readonly string[] {
  const failed = validateHost({ host: one, cluster: cluster(), hosts, nowMs: 0 }).filter(({ status, id }) => status === 'failure' && id !== 'ntp-synced');
  return failed.map(({ message }) => message);
}

test('a VIP that is a host’s own address is in use, and one outside the machine network does not belong to it', () => {
  const hosts = [host(0), host(1), host(2)];
  assert.deepEqual(failuresOf(cluster(), hosts), []);
  assert.deepEqual(failuresOf(cluster({ apiVips: ['192.168.111.11'] }), hosts), [
    'api-vips-valid: api vips <192.168.111.11> is already in use in cidr 192.168.111.0/24',
  ]);
  assert.deepEqual(failuresOf(cluster({ ingressVips: ['192.168.112.101'] }), hosts), [
    'ingress-vips-valid: ingress vips <192.168.112.101> does not belong to machine-network-cidr <192.168.111.0/24>',
    'machine-cidr-equals-to-calculated-cidr: 1 error occurred:\n\t* No suitable matching CIDR found for VIP 192.168.112.101\n\n',
  ]);
});

test('networks that overlap and a wrong number of control planes fail the cluster', () => {
  const hosts = [host(0), host(1), host(2)];
  assert.match(failuresOf(cluster({ serviceNetworks: ['192.168.0.0/16'] }), hosts).join(), /^no-cidrs-overlapping: CIDRS Overlapping/);
  assert.match(failuresOf(cluster(), hosts.slice(1)).join(), /^sufficient-masters-count: The cluster must have exactly 3/);
});

test('a host that is too small, or whose name is taken or forbidden, says so', () => {
  const others = [host(1), host(2)];
  assert.deepEqual(hostFailures(host(0), [host(0), ...others]), []);
  const small = host(0, { cpus: 3 });
  assert.deepEqual(hostFailures(small, [small, ...others]), ['Require at least 4 CPU cores for master role, found only 3']);
  const diskless = host(0, { diskGb: 20 });
  assert.deepEqual(hostFailures(diskless, [diskless, ...others]), [
    'No eligible disks were found, please check specific disks to see why they are not eligible',
  ]);
  const namesake = host(0, { hostname: 'master-1' });
  assert.deepEqual(hostFailures(namesake, [namesake, ...others]), ['Hostname master-1 is not unique in cluster']);
  const nameless = host(0, { hostname: 'localhost' });
  assert.deepEqual(hostFailures(nameless, [nameless, ...others]), ['The host name localhost is forbidden']);
});

test('a majority is the largest set of at least three hosts that all reach each other in one network', () => {
  const all = ['host-0', 'host-1', 'host-2', 'host-3'];
  const full = [0, 1, 2, 3].map((index) => host(index, { reaches: all }));
  assert.deepEqual(majorityGroups(full).get('192.168.111.0/24'), all);
  const alone = [...full.slice(0, 3), host(3, { reaches: [] })];
  assert.deepEqual(majorityGroups(alone).get('192.168.111.0/24'), ['host-0', 'host-1', 'host-2']);
  const elsewhere = [...full.slice(0, 2), host(2, { reaches: all, network: '192.168.112' })];
  assert.deepEqual(majorityGroups(elsewhere).get('192.168.111.0/24'), []);
});
