import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { packageRoot } from '../../src/util/package-root.ts';
import { labFolder, labwright } from './labwright.ts';
import { LAB } from './mistakes.ts';

interface PlannedCluster {
  readonly name: string;
  readonly slot: number | null;
  readonly vips: { readonly api: string; readonly ingress: string };
  readonly nodes: readonly {
    readonly name: string;
    readonly role: string;
    readonly machine: string;
    readonly addresses: readonly string[];
    readonly mac: string;
  }[];
}

interface Answer {
  readonly clusters: readonly PlannedCluster[];
  readonly changes: readonly unknown[];
  readonly diagnostics: readonly { readonly id: string; readonly severity: string }[];
}

test('the example lab gets the addresses of the first seed, and the same ones again', (t) => {
  const lab = exampleLab(t);
  const first = plan(lab);
  const cluster1 = named(first, 'cluster1');
  assert.deepEqual(cluster1.vips, { api: '192.168.21.18', ingress: '192.168.21.19' });
  assert.deepEqual(
    cluster1.nodes.map(({ role, addresses }) => [role, addresses[0]]),
    [20, 21, 22].map((last) => ['master', `192.168.21.${last}`]).concat([23, 24, 25, 26].map((last) => ['worker', `192.168.21.${last}`])),
  );
  assert.equal(cluster1.nodes[0]?.mac, '52:54:00:00:01:04');
  const hub = named(first, 'sno-cluster1');
  assert.deepEqual([hub.slot, hub.vips.api, hub.vips.ingress, hub.nodes[0]?.machine], [null, '192.168.21.26', '192.168.21.26', 'cluster1-worker-3']);

  const lock = readFileSync(join(lab, 'lab.lock.json'), 'utf8');
  const second = plan(lab);
  assert.deepEqual(second.changes, []);
  assert.deepEqual(second.clusters, first.clusters);
  assert.equal(readFileSync(join(lab, 'lab.lock.json'), 'utf8'), lock);
});

test('a cluster added at the top of the list moves no address', (t) => {
  const lab = exampleLab(t);
  const before = plan(lab);
  const file = join(lab, 'lab.yml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^clusters:\n/m, 'clusters:\n  added: {on: server09, install: abi, masters: 3}\n'));
  const after = plan(lab);
  for (const cluster of before.clusters) assert.deepEqual(named(after, cluster.name), cluster);
  assert.ok(named(after, 'added').slot !== null);
});

const TWO_NETWORKS = LAB.replace(
  'servers:\n',
  '  second: {cidr: 192.168.22.0/24, bridge: br1}\nservers:\n  other: {address: 192.168.22.2, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}\n',
);

test('a cluster goes to the network of its server, and a warning does not fail the plan', (t) => {
  const lab = labFolder(t, { 'lab.yml': TWO_NETWORKS.replace('{on: server02', '{on: other') });
  const { status, stdout, stderr } = labwright('lab', 'plan', lab.path, '--json');
  assert.equal(status, 0);
  const answer = JSON.parse(stdout) as Answer;
  assert.equal(named(answer, 'hub1').vips.api, '192.168.22.18');
  assert.match(stderr, /^\S+lab\.yml:6:11: warning: the jumphost has no address in second: .*\n.*\nhint: /);
  assert.deepEqual(
    answer.diagnostics.map(({ id, severity }) => [id, severity]),
    [['jumphost-off-network', 'warning']],
  );
});

test('a cluster on another network than the bridge of its server is refused', (t) => {
  const lab = labFolder(t, { 'lab.yml': TWO_NETWORKS.replace('{on: server02', '{on: server02, network: second') });
  const { status, stderr } = labwright('lab', 'plan', lab.path);
  assert.equal(status, 2);
  assert.match(
    stderr,
    /lab\.yml:12:14: hub1 is on network second, but the bridge of server02 is in baremetal \[server-off-network\]\n.*\nhint: put hub1 on a server with an address in second/,
  );
});

test('the schema of lab files knows every key, with what it means', () => {
  const { status, stdout } = labwright('lab', 'schema');
  assert.equal(status, 0);
  const schema = JSON.parse(stdout) as {
    properties: Record<string, { additionalProperties: { properties: Record<string, { description?: string }>; required?: string[] } }>;
    required: string[];
  };
  assert.deepEqual(schema.required, ['lab', 'domain', 'jumphost', 'networks', 'servers', 'clusters']);
  const cluster = schema.properties['clusters']!.additionalProperties;
  assert.match(cluster.properties['from']?.description ?? '', /machines of this cluster/);
  assert.equal(cluster.required, undefined);
});

function exampleLab(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(packageRoot(), 'examples/pretty-lab'), folder, { recursive: true });
  return folder;
}

function plan(lab: string): Answer {
  const { status, stdout, stderr } = labwright('lab', 'plan', lab, '--json');
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Answer;
}

function named(answer: Answer, name: string): PlannedCluster {
  const cluster = answer.clusters.find((one) => one.name === name);
  assert.ok(cluster, `${name} is planned`);
  return cluster;
}
