// Each text that another program reads, read by that program: what the example labs are rendered to.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { before, test, type TestContext } from 'node:test';
import { EMPTY_LOCK } from '../../src/lab/lock.ts';
import { planLab } from '../../src/lab/plan-lab.ts';
import type { LabPlan } from '../../src/lab/plan.ts';
import { renderLabDot } from '../../src/render/picture/lab-dot.ts';
import { renderLab } from '../../src/render/lab-files.ts';
import { renderFirewalld } from '../../src/render/firewalld.ts';
import { renderNftables } from '../../src/render/nftables.ts';
import { localExec } from '../../src/util/exec.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { boxObstacle, installPackages } from './packages.ts';

const skip = process.env['CI'] === 'true' ? undefined : boxObstacle();
const LABS = ['pretty-lab', 'tiny-lab', 'metal-lab', 'telco-lab', 'laptop-lab'];

before(() => (skip === undefined ? installPackages(console.log) : undefined));

for (const lab of LABS) {
  test(`${lab}: libvirt's schema, chronyd and dnsmasq accept what is theirs`, { skip }, async (t) => {
    const folder = workFolder(t);
    const plan = planOf(lab);
    const dirs = { imagesDir: '/i', consolesDir: '/c', logsDir: '/l', confDir: join(folder, 'conf'), stateDir: join(folder, 'state') };
    const dnsmasq: string[] = [];
    for (const [name, text] of renderLab(plan, dirs)) {
      const file = join(folder, name.startsWith(`${plan.jumphost.name}/tmp/`) ? name.slice(plan.jumphost.name.length + folder.length + 1) : name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      if (/\/network-.*\.xml$/.test(name)) await localExec(['virt-xml-validate', file, 'network']);
      if (/\/domain-.*\.xml$/.test(name)) await localExec(['virt-xml-validate', file, 'domain']);
      if (name.endsWith('/chrony.conf')) await localExec(['chronyd', '-p', '-f', file]);
      if (/\/conf\/.*\.conf$/.test(name)) dnsmasq.push(file);
    }
    if (dnsmasq.length > 0) await localExec(['dnsmasq', '--test', '--conf-file=/dev/null', `--conf-dir=${dirname(dnsmasq[0]!)},*.conf`]);
    assert.equal(dnsmasq.length > 0, lab !== 'laptop-lab');
  });
}

for (const lab of LABS) {
  test(`${lab}: Graphviz draws the picture, with everything that is in it`, { skip }, async (t) => {
    const plan = planOf(lab);
    const file = join(workFolder(t), 'lab.dot');
    writeFileSync(file, renderLabDot(plan));
    const { stdout, stderr } = await localExec(['dot', '-Tsvg', file]);
    assert.equal(stderr, '');
    const texts = new Set([...stdout.replaceAll('&#45;', '-').matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!));
    for (const { name } of [plan.jumphost, ...plan.servers, ...plan.clusters]) assert.ok(texts.has(name), name);
    for (const { nodes } of plan.clusters.filter(({ active }) => active))
      for (const { addresses } of nodes)
        assert.ok(
          [...texts].some((text) => text.split(/[ \u00a0]/).includes(addresses[0]!)),
          addresses[0],
        );
  });
}

test('a broken chrony.conf is told: the check can fail', { skip }, async (t) => {
  const file = join(workFolder(t), 'chrony.conf');
  writeFileSync(file, 'servre 192.0.2.1\n');
  await assert.rejects(localExec(['chronyd', '-p', '-f', file]), { code: 'exec_failed' });
});

test('nft loads the rules, loads them again, and lets a machine reach services and nothing else', { skip }, async (t) => {
  const [jumphost, machine] = await twoNamespaces(t);
  const plan = planOf('telco-lab');
  const file = join(workFolder(t), 'rules.nft');
  writeFileSync(file, renderNftables(plan));
  await localExec([...jumphost, 'nft', '-c', '-f', file]);
  for (let times = 0; times < 2; times++) await localExec([...jumphost, 'nft', '-f', file]);
  const { stdout } = await localExec([...jumphost, 'nft', 'list', 'ruleset']);
  assert.equal(stdout.match(/table inet labwright_telco/g)?.length, 1);
  // A closed port that is let through answers at once, a dropped one never.
  const tried = async (port: number): Promise<string> =>
    (await localExec([...machine, 'curl', '-sS', '--max-time', '2', `http://10.10.0.1:${port}/`], { okExitCodes: [7, 28] })).stderr;
  assert.match(await tried(8443), /refused|Failed to connect|Couldn't connect/);
  assert.doesNotMatch(await tried(8443), /timed? ?out/i);
  assert.match(await tried(9999), /timed? ?out/i);
});

test('firewalld takes the zones and the policy', { skip }, async (t) => {
  const folder = workFolder(t);
  for (const [path, text] of renderFirewalld(planOf('telco-lab'))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const offline = (...args: string[]) => localExec(['firewall-offline-cmd', `--system-config=${folder}`, ...args]);
  await offline('--check-config');
  assert.match((await offline('--zone=lw-telco', '--list-ports')).stdout, /\b8443\/tcp\b.*20000-20999\/tcp/s);
  assert.match((await offline('--zone=lw-telco-out', '--query-masquerade')).stdout, /yes/);
  assert.match((await offline('--policy=lw-telco-pol', '--list-ingress-zones')).stdout, /lw-telco/);
  writeFileSync(join(folder, 'zones/lw-telco.xml'), '<zone><port protocol="tcp" port="no"/></zone>');
  await assert.rejects(offline('--check-config'), { code: 'exec_failed' });
});

function planOf(lab: string): LabPlan {
  const source = join(packageRoot(), 'examples', lab);
  const read = (path: string) => ({ path, text: readFileSync(join(source, path), 'utf8') });
  const parts = readdirSync(source).includes('lab.d') ? readdirSync(join(source, 'lab.d')).map((name) => read(`lab.d/${name}`)) : [];
  const { plan, diagnostics } = planLab('lab.yml', read('lab.yml').text, EMPTY_LOCK, undefined, parts);
  assert.ok(plan, JSON.stringify(diagnostics));
  return plan;
}

function workFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lwbox-programs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A jumphost with eno2 and a machine on one cable; both are gone after the test. @returns what to put before a command to run it there. */
async function twoNamespaces(t: TestContext): Promise<readonly [string[], string[]]> {
  const names = ['jumphost', 'machine'].map((name) => `lwfw-${process.pid}-${name}`) as [string, string];
  for (const name of names) {
    await localExec(['ip', 'netns', 'add', name]);
    t.after(() => localExec(['ip', 'netns', 'delete', name]));
  }
  const [jumphost, machine] = names.map((name) => ['ip', 'netns', 'exec', name]) as [string[], string[]];
  await localExec(['ip', '-n', names[0], 'link', 'add', 'name', 'eno2', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', names[1]]);
  await localExec([...jumphost, 'ip', 'address', 'add', '10.10.0.1/23', 'dev', 'eno2']);
  await localExec([...machine, 'ip', 'address', 'add', '10.10.0.20/23', 'dev', 'eth0']);
  for (const [where, link] of [
    [jumphost, 'eno2'],
    [machine, 'eth0'],
  ] as const)
    await localExec([...where, 'ip', 'link', 'set', link, 'up']);
  return [jumphost, machine];
}
