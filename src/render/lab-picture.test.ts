import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DOMParser } from '@xmldom/xmldom';
import { noClaims } from '../lab/claims/claims-file.ts';
import { EMPTY_LOCK } from '../lab/lock.ts';
import { planLab } from '../lab/plan-lab.ts';
import { packageRoot } from '../util/package-root.ts';
import { renderLabDot } from './lab-dot.ts';
import { labPicture } from './lab-picture.ts';
import { renderLabSvg } from './lab-svg.ts';

const LAB = readFileSync(join(packageRoot(), 'examples/pretty-lab/lab.yml'), 'utf8');
const plan = planLab('lab.yml', LAB, EMPTY_LOCK).plan!;

interface Box {
  readonly name: string;
  readonly inside: string | undefined;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

test('each machine is drawn once, inside its server, and no two boxes lie on each other', () => {
  const hosts = boxes('host');
  const machines = boxes('machine');
  assert.deepEqual(new Set(hosts.map(({ name }) => name)), new Set(['jumphost', ...plan.servers.map(({ name }) => name)]));
  assert.deepEqual(machines.map(({ name }) => name).toSorted(), plan.machines.map(({ name }) => name).toSorted());
  for (const machine of machines) {
    const server = hosts.find(({ name }) => name === machine.inside)!;
    assert.equal(server.name, plan.machines.find(({ name }) => name === machine.name)!.server);
    assert.ok(machine.left > server.left && machine.right < server.right && machine.top > server.top && machine.bottom < server.bottom, machine.name);
  }
  for (const all of [hosts, machines])
    for (const [index, one] of all.entries())
      for (const other of all.slice(index + 1))
        assert.ok(
          one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top,
          `${one.name} lies on ${other.name}`,
        );
});

test('a machine shows its address and the cluster that holds it now', () => {
  const worker = (lab = plan) => labPicture(lab).lanes[0]!.hosts.flatMap(({ machines }) => machines.filter(({ name }) => name === 'cluster1-worker-3'));
  assert.deepEqual(worker(), [{ name: 'cluster1-worker-3', addresses: ['192.168.21.26'], node: 'cluster1/worker-3' }]);
  const claim = (claimed: boolean) => ({ claimed, fence: 1, at: '2026-01-01T00:00:00.000Z', by: 'test' });
  const claims = { ...noClaims('pretty'), clusters: { cluster1: claim(false), 'sno-cluster1': claim(true) } };
  const after = planLab('lab.yml', LAB, EMPTY_LOCK, claims).plan!;
  assert.equal(worker(after)[0]!.node, 'sno-cluster1/master-0');
  assert.match(renderLabSvg(after), /cluster1-master-0<\/text>\n.*192\.168\.21\.20<\/text>\n.*held by no cluster</);
});

test('the Graphviz document has an edge from each host to its network, and quotes what it is given', () => {
  const dot = renderLabDot(plan);
  assert.equal(dot.match(/ -- /g)?.length, plan.servers.length + 1);
  assert.match(dot, /"network baremetal" -- "host server04";/);
  assert.match(dot, /"machine cluster1-worker-3" \[label="cluster1-worker-3\\n192\.168\.21\.26\\ncluster1\/worker-3"/);
  assert.match(renderLabDot({ ...plan, domain: 'a"b\\c' }), /^graph "pretty \(a\\"b\\\\c\)" \{\n/);
});

function boxes(kind: string): Box[] {
  const document = new DOMParser().parseFromString(renderLabSvg(plan), 'image/svg+xml');
  return [...document.getElementsByTagName('g')].flatMap((group) => {
    if (group.getAttribute('class') !== kind) return [];
    const rect = group.getElementsByTagName('rect')[0]!;
    const number = (key: string) => Number(rect.getAttribute(key));
    const [left, top] = [number('x'), number('y')];
    const inside = (group.parentNode as typeof group).getAttribute('data-name') ?? undefined;
    return [{ name: group.getAttribute('data-name')!, inside, left, top, right: left + number('width'), bottom: top + number('height') }];
  });
}
