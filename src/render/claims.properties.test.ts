// A claim moves names: nothing else of a lab may differ.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { claimCluster, releaseCluster } from '../lab/claims/change-claims.ts';
import { noClaims, type ClaimsFile } from '../lab/claims/claims-file.ts';
import { EMPTY_LOCK } from '../lab/lock.ts';
import { planLab } from '../lab/plan-lab.ts';
import type { LabPlan } from '../lab/plan.ts';
import { randomLab, randomOf } from '../lab/random-lab.test-data.ts';
import { packageRoot } from '../util/package-root.ts';
import { renderDnsmasq } from './dnsmasq.ts';
import { renderLab } from './lab-files.ts';

const OPTIONS = { confDir: '/c', stateDir: '/s', interface: 'eno2', upstreams: [] };
const EXAMPLE = readFileSync(join(packageRoot(), 'examples/pretty-lab/lab.yml'), 'utf8');

function planned(text: string, claims: ClaimsFile): LabPlan {
  const { plan, diagnostics } = planLab('lab.yml', text, EMPTY_LOCK, claims);
  assert.ok(plan, JSON.stringify(diagnostics));
  return plan;
}

function handOver(text: string, claims: ClaimsFile, from: string, to: string): ClaimsFile {
  const request = (cluster: string) => ({ cluster, by: 'test', at: '2026-01-01T00:00:00.000Z' });
  const released = releaseCluster(planned(text, claims), claims, request(from)).claims;
  return claimCluster(planned(text, released), released, request(to)).claims;
}

/** Which of all texts of a lab differ: libvirt's, nmstate, rules, time, what installers read, DHCP and DNS. */
function changedFiles(before: LabPlan, after: LabPlan): string[] {
  const folders = { imagesDir: '/i', consolesDir: '/k', logsDir: '/l', confDir: '/c', stateDir: '/s' };
  const [old, now] = [before, after].map((plan) => renderLab(plan, folders)) as [ReadonlyMap<string, string>, ReadonlyMap<string, string>];
  return [...new Set([...old.keys(), ...now.keys()])].filter((path) => old.get(path) !== now.get(path)).toSorted();
}

function namesOf(...clusters: readonly string[]): string[] {
  return clusters.flatMap((one) => [`jumphost/c/20-cluster-${one}.conf`, `jumphost/s/dhcp-hosts.d/${one}`]).toSorted();
}

/** Of every file, the lines that only one side has. */
function differences(before: LabPlan, after: LabPlan): { readonly gone: string[]; readonly come: string[] } {
  const lines = (plan: LabPlan) => [...renderDnsmasq(plan, OPTIONS)].flatMap(([path, text]) => text.split('\n').map((line) => `${path}: ${line}`));
  const [old, now] = [lines(before), lines(after)];
  return { gone: old.filter((line) => !now.includes(line)), come: now.filter((line) => !old.includes(line)) };
}

test('worker-3 becomes the single-node hub and worker-3 again: its names and records move, every VM stays as it is', () => {
  const claims = noClaims('pretty');
  const before = planned(EXAMPLE, claims);
  const asHub = handOver(EXAMPLE, claims, 'cluster1', 'sno-cluster1');
  const during = planned(EXAMPLE, asHub);
  const back = handOver(EXAMPLE, asHub, 'sno-cluster1', 'cluster1');
  const after = planned(EXAMPLE, back);

  assert.deepEqual(changedFiles(before, during), namesOf('cluster1', 'sno-cluster1'));
  assert.deepEqual(during.machines, before.machines);
  assert.deepEqual(after, before);
  assert.deepEqual(renderDnsmasq(after, OPTIONS), renderDnsmasq(before, OPTIONS));

  const { gone, come } = differences(before, during);
  assert.ok(gone.every((line) => /cluster-cluster1\.conf: |dhcp-hosts\.d\/cluster1: /.test(line)));
  const hub = 'sno-cluster1.our.pretty.lab';
  assert.deepEqual(
    come.map((line) => line.replace(/^[^:]*: /, '')).filter((line) => line !== '' && !line.startsWith('#')),
    [
      // The first record of an address is its PTR.
      `host-record=master-0.${hub},192.168.21.26`,
      `host-record=api.${hub},192.168.21.26`,
      `host-record=api-int.${hub},192.168.21.26`,
      `address=/apps.${hub}/192.168.21.26`,
      `local=/apps.${hub}/`,
      `dhcp-option=tag:sno-cluster1,option:domain-name,${hub}`,
      '52:54:00:00:01:0a,set:sno-cluster1,192.168.21.26,master-0,12h',
    ],
  );
});

test('in any lab a hand-over changes files of the two clusters only, and no machine', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const lab = randomLab(randomOf(seed));
    const text = JSON.stringify(lab);
    const hub = Object.keys(lab.clusters).find((name) => name.endsWith('-hub'));
    if (hub === undefined) continue;
    const lender = hub.replace(/-hub$/, '');
    const before = planned(text, noClaims('random'));
    const claims = handOver(text, noClaims('random'), lender, hub);
    const during = planned(text, claims);
    assert.deepEqual(during.machines, before.machines, `seed ${seed}`);
    assert.deepEqual(changedFiles(before, during), namesOf(lender, hub), `seed ${seed}`);
    const { gone, come } = differences(before, during);
    assert.ok(
      gone.every((line) => new RegExp(`(20-cluster-${lender}\\.conf|dhcp-hosts\\.d/${lender}): `).test(line)),
      `seed ${seed}: ${gone.join('\n')}`,
    );
    assert.ok(
      come.every((line) => new RegExp(`(20-cluster-${hub}\\.conf|dhcp-hosts\\.d/${hub}): `).test(line)),
      `seed ${seed}: ${come.join('\n')}`,
    );
    const back = planned(text, handOver(text, claims, hub, lender));
    assert.deepEqual(back, before, `seed ${seed}`);
  }
});

test('a host network nested in another cluster’s network is legal exactly while no active cluster uses its address', () => {
  const shares = (a: string, b: string) => [a, b].includes('cluster1') && a !== b;
  const clusters = ['cluster1', 'sno-cluster1', 'spoke1'];
  for (const text of [EXAMPLE, EXAMPLE.replace('bridge: br0', 'bridge: br0, cidr6: "fd00:21::/64"')]) {
    for (let set = 0; set < 2 ** clusters.length; set++) {
      const active = clusters.filter((_, index) => (set >> index) % 2 === 1);
      const claim = (claimed: boolean) => ({ claimed, fence: 1, at: '2026-01-01T00:00:00.000Z', by: 'test' });
      const claims: ClaimsFile = { ...noClaims('pretty'), clusters: Object.fromEntries(clusters.map((name) => [name, claim(active.includes(name))])) };
      const { plan, diagnostics } = planLab('lab.yml', text, EMPTY_LOCK, claims);
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      if (active.some((a) => active.some((b) => shares(a, b))))
        assert.deepEqual([...new Set(errors.map(({ id }) => id))], ['overlapping-claims'], active.join());
      else {
        assert.deepEqual(errors, [], active.join());
        const hub = plan!.clusters.find(({ name }) => name === 'sno-cluster1')!;
        assert.deepEqual([hub.machineNetwork, hub.machineNetwork6], ['192.168.21.26/32', text === EXAMPLE ? undefined : 'fd00:21::1a/128']);
      }
    }
  }
});
