import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { stringify } from 'yaml';
import { isIgnition, payloadOf } from './ignition.ts';
import { runOpenshiftInstall } from './openshift-install.ts';

const BASE = {
  apiVersion: 'v1',
  baseDomain: 'our.pretty.lab',
  metadata: { name: 'sno1' },
  controlPlane: { name: 'master', replicas: 1 },
  compute: [{ name: 'worker', replicas: 0 }],
  networking: { machineNetwork: [{ cidr: '192.168.21.0/24' }] },
  platform: { none: {} },
  bootstrapInPlace: { installationDisk: '/dev/vda' },
  pullSecret: '{"auths":{"registry.example.com":{"auth":"cm9ib3Q6c2VjcmV0"}}}',
};
const UPI = { ...BASE, controlPlane: { name: 'master', replicas: 3 }, bootstrapInPlace: undefined };
const VIPS = { baremetal: { apiVIPs: ['192.168.21.18'], ingressVIPs: ['192.168.21.19'] } };

async function run(
  t: TestContext,
  config: object,
  ...commands: readonly string[]
): Promise<{ readonly exitCode: number; readonly said: string; readonly dir: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'labwright-ignition-test-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'install-config.yaml'), stringify(config));
  let said = '';
  let exitCode = 0;
  for (const command of commands) {
    exitCode = await runOpenshiftInstall([...command.split(' '), '--dir', dir], {}, { out: () => undefined, err: (line) => (said += line) });
  }
  return { exitCode, said, dir };
}

test('a single node’s live ignition holds the cluster, and the config is consumed', async (t) => {
  const { exitCode, said, dir } = await run(t, BASE, 'create single-node-ignition-config');
  assert.equal(exitCode, 0, said);
  const text = readFileSync(join(dir, 'bootstrap-in-place-for-live-iso.ign'), 'utf8');
  assert.ok(isIgnition(text));
  const payload = payloadOf(text);
  assert.equal(payload?.kind === 'in-place' && payload.identity.cluster, 'sno1');
  assert.equal(existsSync(join(dir, 'install-config.yaml')), false);
  assert.match(readFileSync(join(dir, 'auth/kubeconfig'), 'utf8'), /api\.sno1\.our\.pretty\.lab:6443/);
});

test('ignition configs are one for the bootstrap and one for each role, of one cluster, also after its manifests were made', async (t) => {
  const { exitCode, said, dir } = await run(t, UPI, 'create manifests', 'create ignition-configs');
  assert.equal(exitCode, 0, said);
  const [bootstrap, master, worker] = ['bootstrap', 'master', 'worker'].map((name) => payloadOf(readFileSync(join(dir, `${name}.ign`), 'utf8')));
  assert.ok(bootstrap?.kind === 'bootstrap' && master?.kind === 'node' && worker?.kind === 'node');
  assert.deepEqual([master.role, worker.role], ['master', 'worker']);
  assert.deepEqual(new Set([master.clusterId, worker.clusterId]), new Set([bootstrap.identity.clusterId]));
  assert.equal(existsSync(join(dir, 'manifests')), false);
});

const IN_PLACE = 'create single-node-ignition-config';
const CONFIGS = 'create ignition-configs';

for (const [title, command, config, message] of [
  ['no disk to install to', IN_PLACE, { ...BASE, bootstrapInPlace: undefined }, /installationDisk: required/],
  ['three control planes for a single node', IN_PLACE, { ...BASE, controlPlane: { name: 'master', replicas: 3 } }, /needs 1 control plane replica/],
  ['a single node with VIPs', IN_PLACE, { ...BASE, platform: VIPS }, /platform none is required/],
  ['a single node with a pull secret that is no JSON', IN_PLACE, { ...BASE, pullSecret: '{' }, /pullSecret: it is not JSON/],
  ['counted workers that join by themselves', CONFIGS, { ...UPI, compute: [{ name: 'worker', replicas: 2 }] }, /compute\[0\]\.replicas/],
  ['platform bare metal for machines of one’s own', CONFIGS, { ...UPI, platform: VIPS }, /takes platform none/],
] as const) {
  test(`${title}: refused with its field, and the config stays`, async (t) => {
    const { exitCode, said, dir } = await run(t, config, command);
    assert.notEqual(exitCode, 0);
    assert.match(said, message);
    assert.ok(existsSync(join(dir, 'install-config.yaml')));
  });
}
