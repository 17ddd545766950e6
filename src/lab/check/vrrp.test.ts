import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlannedCluster } from '../plan.ts';
import { reportOn } from './report.ts';
import { parseSource } from '../../util/source-file.ts';
import { checkRouterIds, routerIds } from './vrrp.ts';

// Computed with the algorithm of keepalived's configuration (reference/lab-and-libvirt.md §5.5).
const IDS: readonly (readonly [string, number, number])[] = [
  ['dciokd', 87, 198],
  ['dcisno', 26, 89],
  ['cluster1', 169, 168],
  ['cluster2', 10, 73],
  ['cluster3', 91, 218],
];

test('router ids are those that real clusters compute from their names', () => {
  for (const [name, api, ingress] of IDS) assert.deepEqual(routerIds(name), { api, ingress }, name);
});

function warnings(names: readonly string[]): string[] {
  const report = reportOn(parseSource('lab.yml', 'clusters: {}').value!);
  const clusters = names.map((name, slot) => ({ name, slot, network: 'flat', topology: 'mno', install: 'abi' }) as PlannedCluster);
  checkRouterIds(clusters, report);
  return report.found.map(({ message, hint }) => `${message}: ${hint}`);
}

test('two clusters with one router id are warned of, with a name that has free ones', () => {
  assert.deepEqual(warnings(['cluster1', 'cluster2', 'cluster3']), []);
  const [clash] = warnings(['cluster4', 'cluster11']);
  assert.match(clash ?? '', /^cluster4 and cluster11 have one VRRP router id, 172, on flat: call cluster11 cluster11[a-z], which has free ids/);
});

test('the clashes of a large lab are one line', () => {
  assert.equal(warnings(Array.from({ length: 500 }, (_, index) => `c${index}`)).length, 1);
});
