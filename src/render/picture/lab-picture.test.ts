import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DOMParser } from '@xmldom/xmldom';
import { noClaims } from '../../lab/claims/claims-file.ts';
import { EMPTY_LOCK } from '../../lab/lock.ts';
import type { LabPlan } from '../../lab/plan.ts';
import { planLab } from '../../lab/plan-lab.ts';
import { packageRoot } from '../../util/package-root.ts';
import { clusterMarks } from './cluster-marks.ts';
import { renderLabDot } from './lab-dot.ts';
import { labPicture } from './lab-picture.ts';
import { renderLabSvg } from './lab-svg.ts';

const EXAMPLES = join(packageRoot(), 'examples');
const pretty = planOf('pretty-lab');
const metal = planOf('metal-lab');
const telco = planOf('telco-lab');
const ten = tenServers();
const PLANS = { pretty, metal, telco, laptop: planOf('laptop-lab'), ten };

for (const [name, plan] of Object.entries(PLANS)) {
  test(`in the drawing of ${name} each host and machine is there once, machines are inside their hosts, and no two boxes lie on each other`, () => {
    const drawing = renderLabSvg(plan);
    const [hosts, machines, cards] = [boxes(drawing, 'host'), boxes(drawing, 'machine'), boxes(drawing, 'cluster')];
    const wanted = [plan.jumphost.name, ...plan.servers.map((one) => one.name), ...plan.machines.flatMap((one) => (one.kind === 'metal' ? [one.name] : []))];
    assert.deepEqual(namesOf(hosts), wanted.toSorted());
    assert.deepEqual(namesOf(machines), plan.machines.map((one) => one.name).toSorted());
    assert.deepEqual(namesOf(cards), plan.clusters.map((one) => one.name).toSorted());
    for (const machine of machines) {
      const host = hosts.find((one) => one.name === machine.inside)!;
      assert.equal(host.name, plan.machines.find((one) => one.name === machine.name)!.server);
      assert.ok(machine.left > host.left && machine.right < host.right && machine.top > host.top && machine.bottom < host.bottom, machine.name);
    }
    for (const all of [[...hosts, ...cards], machines])
      for (const [index, one] of all.entries())
        for (const other of all.slice(index + 1))
          assert.ok(
            one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top,
            `${one.name} lies on ${other.name}`,
          );
    const [width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(drawing)!.slice(1).map(Number) as [number, number];
    for (const box of [...hosts, ...cards]) assert.ok(box.left >= 0 && box.right <= width && box.bottom <= height, `${box.name} is on the page`);
  });
}

test('ten servers stand in rows of the same length', () => {
  const tops = boxes(renderLabSvg(ten), 'host').flatMap(({ name, top }) => (name.startsWith('server') ? [top] : []));
  assert.deepEqual(
    [...Map.groupBy(tops, (top) => top).values()].map(({ length }) => length),
    [5, 5],
  );
});

test('each network is a lane with its CIDRs and what is special, also one that only VMs have addresses in', () => {
  const { lanes, hosts } = labPicture(telco);
  assert.deepEqual(lanes, [
    { name: 'baremetal', label: '10.10.0.0/23 · fd00:10::/64 · br0' },
    { name: 'storage', label: '10.40.0.0/23 · fd00:40::/64 · br40 · VLAN 40 · MTU 9000' },
    { name: 'test', label: '10.50.0.0/23 · br50' },
  ]);
  assert.deepEqual(hosts[0]!.attachments, [
    { lane: 'baremetal', nic: 'bond0', addresses: ['10.10.0.2', 'fd00:10::2'] },
    { lane: 'storage', nic: 'bond0.40', addresses: [] },
    { lane: 'test', nic: 'eno3', addresses: [] },
  ]);
  assert.deepEqual(hosts[0]!.machines[0]!.lines.slice(0, 5), [
    'baremetal 10.10.0.20',
    'baremetal fd00:10::14',
    'storage 10.40.0.20',
    'storage fd00:40::14',
    'test 10.50.0.20',
  ]);
});

test('a bare-metal host is a machine of its own, wired by its own NICs, with its BMC and its node', () => {
  const far1 = labPicture(telco).hosts.find(({ name }) => name === 'far1')!;
  assert.deepEqual(far1, {
    name: 'far1',
    kind: 'bare metal',
    lines: ['64 CPU · 256 GiB · 480 GiB', 'BMC 10.10.8.11'],
    attachments: [
      { lane: 'baremetal', nic: 'bond0', addresses: ['10.10.0.100', 'fd00:10::64'] },
      { lane: 'storage', nic: 'bond0.40', addresses: ['10.40.0.36', 'fd00:40::24'] },
    ],
    machines: [{ name: 'far1', node: 'edge1/master-0', cluster: 'edge1', held: true, lines: [] }],
  });
});

test('the jumphost shows what it serves', () => {
  const { lines } = labPicture(telco).jumphost;
  for (const line of ['outside by eno1', 'DNS :53', 'HTTP store :8080', 'registry :5000', 'time from 192.0.2.123', 'firewall nftables'])
    assert.ok(lines.includes(line), line);
  assert.ok(labPicture(PLANS.laptop).jumphost.lines.includes('DNS and DHCP: libvirt'));
});

test('a machine shows the cluster that holds it now and what else it may become; an inactive cluster is dashed', () => {
  const worker = (lab: LabPlan) => labPicture(lab).hosts.flatMap(({ machines }) => machines.filter(({ name }) => name === 'cluster1-worker-3'))[0]!;
  assert.deepEqual([worker(pretty).node, worker(pretty).held, worker(pretty).lines.at(-1)], ['cluster1/worker-3', true, 'or sno-cluster1/master-0']);
  const claim = (claimed: boolean) => ({ claimed, fence: 1, at: '2026-01-01T00:00:00.000Z', by: 'test' });
  const claims = { ...noClaims('pretty'), clusters: { cluster1: claim(false), 'sno-cluster1': claim(true) } };
  const after = planOf('pretty-lab', claims);
  const { node, held, lines } = worker(after);
  assert.deepEqual([node, held, lines[0], lines.at(-1)], ['sno-cluster1/master-0', true, 'is VM cluster1-worker-3', 'or cluster1/worker-3']);
  const dashed = (name: string): boolean => new RegExp(`class="cluster" data-name="${name}">(?:\\n.*<rect.*)*stroke-dasharray`).test(renderLabSvg(after));
  assert.deepEqual([dashed('cluster1'), dashed('sno-cluster1'), dashed('spoke1')], [true, false, true]);
  const master = labPicture(after).hosts[0]!.machines[0]!;
  assert.deepEqual([master.held, master.lines.includes('held by no cluster now')], [false, true]);
});

test('no two of the first 28 clusters have one mark', () => {
  const marks = clusterMarks(Array.from({ length: 28 }, (_, index) => ({ name: `c${index}` })));
  assert.equal(new Set([...marks.values()].map(({ colour, pattern }) => `${colour} ${pattern}`)).size, 28);
});

test('the Graphviz document has an edge from each NIC to its network, and quotes what it is given', () => {
  const dot = renderLabDot(telco);
  // 3 servers in 3 networks, a bare-metal host in 2, the jumphost in 1.
  assert.equal(dot.match(/ -- .*:n;$/gm)?.length, 12);
  assert.match(dot, /"network storage":s -- "host server03":n;/);
  assert.match(dot, /<B>cnf1\/master-0<\/B>.*<FONT>storage 10\.40\.0\.20<\/FONT>/);
  assert.match(renderLabDot({ ...telco, domain: 'a"b\\c' }), /^graph "telco · a\\"b\\\\c" \{\n/);
  assert.match(renderLabDot({ ...telco, jumphost: { ...telco.jumphost, name: 'a<b' } }), /<B>a&lt;b<\/B>/);
});

// After a change that is meant, look at both and write them anew: GOLDEN=write node --test THIS.
for (const [format, render] of Object.entries({ svg: renderLabSvg, dot: renderLabDot })) {
  test(`metal-lab as ${format} is its golden file`, () => {
    const path = join(import.meta.dirname, 'golden', `metal-lab.${format}`);
    if (process.env['GOLDEN'] === 'write') writeFileSync(path, render(metal));
    assert.equal(render(metal), readFileSync(path, 'utf8'));
  });
}

function planOf(example: string, claims = noClaims('')): LabPlan {
  const folder = join(EXAMPLES, example);
  const read = (path: string) => ({ path, text: readFileSync(join(folder, path), 'utf8') });
  const parts = readdirSync(folder).includes('lab.d') ? readdirSync(join(folder, 'lab.d')).map((name) => read(`lab.d/${name}`)) : [];
  const { plan, diagnostics } = planLab('lab.yml', read('lab.yml').text, EMPTY_LOCK, claims, parts);
  assert.ok(plan, JSON.stringify(diagnostics));
  return plan;
}

/** Ten servers with seven VMs each. */
function tenServers(): LabPlan {
  const names = Array.from({ length: 10 }, (_, index) => String(index + 1).padStart(2, '0'));
  const text = `lab: ten
domain: ten.lab
jumphost: {address: 192.168.20.1, nic: eno2}
networks:
  baremetal: {cidr: 192.168.20.0/23, bridge: br0}
servers:
  server[01-10]: {address: 192.168.20.2+, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}
clusters:
${names.map((name) => `  c${name}: {on: server${name}, install: abi, masters: 3, workers: 4}`).join('\n')}
`;
  return planLab('lab.yml', text, EMPTY_LOCK).plan!;
}

interface Box {
  readonly name: string;
  readonly inside: string | undefined;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function boxes(drawing: string, kind: string): Box[] {
  const document = new DOMParser().parseFromString(drawing, 'image/svg+xml');
  return [...document.getElementsByTagName('g')].flatMap((group) => {
    if (group.getAttribute('class') !== kind) return [];
    const rect = group.getElementsByTagName('rect')[0]!;
    const number = (key: string) => Number(rect.getAttribute(key));
    const [left, top] = [number('x'), number('y')];
    const inside = (group.parentNode as typeof group).getAttribute('data-name') ?? undefined;
    return [{ name: group.getAttribute('data-name')!, inside, left, top, right: left + number('width'), bottom: top + number('height') }];
  });
}

function namesOf(all: readonly Box[]): string[] {
  return all.map(({ name }) => name).toSorted();
}
