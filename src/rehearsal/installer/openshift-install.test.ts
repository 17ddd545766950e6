import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parse, stringify } from 'yaml';
import { renderAgentConfig } from '../../render/agent-config.ts';
import { examplePlan } from '../../render/example-plan.test-data.ts';
import { renderInstallConfig } from '../../render/install-config.ts';
import { readAgentIso } from './agent-iso.ts';
import { runOpenshiftInstall } from './openshift-install.ts';

const pullSecret = '{"auths":{"registry.example.com":{"auth":"cm9ib3Q6c2VjcmV0"}}}';

function folderWith(t: TestContext, change: { readonly install?: (text: string) => string; readonly agent?: (text: string) => string } = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'labwright-installer-test-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const same = (text: string): string => text;
  writeFileSync(join(dir, 'install-config.yaml'), (change.install ?? same)(renderInstallConfig(examplePlan, { cluster: 'c1', pullSecret, sshKey: undefined })));
  writeFileSync(join(dir, 'agent-config.yaml'), (change.agent ?? same)(renderAgentConfig(examplePlan, { cluster: 'c1', ntpSources: [] })));
  return dir;
}

async function install(dir: string): Promise<{ readonly exitCode: number; readonly said: string }> {
  let said = '';
  const env = { OPENSHIFT_INSTALL_RELEASE_IMAGE_OVERRIDE: 'quay.example.com/ocp/release:4.18.10-x86_64' };
  const exitCode = await runOpenshiftInstall(['agent', 'create', 'image', '--dir', dir], env, { out: () => undefined, err: (line) => (said += line) });
  return { exitCode, said };
}

test('the configs are consumed, and the image knows every host, the release and the way in', async (t) => {
  const dir = folderWith(t);
  assert.equal((await install(dir)).exitCode, 0);
  assert.deepEqual([existsSync(join(dir, 'install-config.yaml')), existsSync(join(dir, 'agent-config.yaml'))], [false, false]);
  const iso = readAgentIso(readFileSync(join(dir, 'agent.x86_64.iso')));
  assert.deepEqual([iso?.cluster, iso?.version, iso?.rendezvousIP], ['c1', '4.18.10', '192.168.21.20']);
  assert.deepEqual(iso?.hosts[1], { hostname: 'master-1', role: 'master', mac: '52:54:00:00:01:01', diskSerial: 'c1m1-d0' });
  assert.match(readFileSync(join(dir, 'auth/kubeconfig'), 'utf8'), /server: https:\/\/api\.c1\.our\.pretty\.lab:6443/);
});

test('a second run in the same folder gives the same certificate authority', async (t) => {
  const dir = folderWith(t);
  await install(dir);
  const kubeconfig = readFileSync(join(dir, 'auth/kubeconfig'), 'utf8');
  rmSync(join(dir, 'agent.x86_64.iso'));
  assert.equal((await install(dir)).exitCode, 0);
  assert.equal(readFileSync(join(dir, 'auth/kubeconfig'), 'utf8'), kubeconfig);
  assert.ok(existsSync(join(dir, 'agent.x86_64.iso')));
});

type Change = NonNullable<Parameters<typeof folderWith>[1]>;

/** As agent-config has it for a cluster with static addresses. */
function withAddresses(text: string): string {
  const config = parse(text) as { readonly hosts: readonly { readonly hostname: string }[] };
  const hosts = config.hosts.map((host, index) => {
    const ipv4 = { enabled: true, address: [{ ip: `192.168.21.${20 + index}`, 'prefix-length': 24 }] };
    return { ...host, networkConfig: { interfaces: [{ name: 'enp1s0', type: 'ethernet', state: 'up', ipv4 }] } };
  });
  return stringify({ ...config, hosts });
}

const MISTAKES: Readonly<Record<string, readonly [Change, RegExp]>> = {
  'no API VIP': [{ install: (text) => text.replace(/ +apiVIPs:\n( +- .*\n)+/, '') }, /apiVIPs/],
  'a VIP outside the machine network': [{ install: (text) => text.replace('192.168.21.18', '192.168.99.18') }, /one of the machine networks.*192\.168\.99\.18/],
  'one VIP for both': [{ install: (text) => text.replace('192.168.21.18', '192.168.21.19') }, /must not be one of the Ingress VIPs/],
  'a VIP that is a node’s address': [
    { install: (text) => text.replace('192.168.21.18', '192.168.21.21'), agent: withAddresses },
    /VIP 192\.168\.21\.21 is the address of master-1/,
  ],
  'a pull secret for no registry': [{ install: (text) => text.replace(/pullSecret: .*/, 'pullSecret: "{}"') }, /pullSecret: auths required/],
  'a pull secret that is no JSON': [{ install: (text) => text.replace(/pullSecret: .*/, 'pullSecret: "{"') }, /pullSecret: it is not JSON/],
  'one control plane replica on bare metal': [{ install: (text) => text.replace(/replicas: 3/, 'replicas: 1') }, /at least 2 control plane replicas/],
  'more hosts than replicas': [{ install: (text) => text.replace(/replicas: 3/, 'replicas: 2') }, /role master \(3\) is more than the replicas \(2\)/],
  'fewer hosts than replicas': [{ install: (text) => text.replace(/replicas: 3/, 'replicas: 5') }, /role master \(3\) is less than the replicas \(5\)/],
  'one MAC twice': [{ agent: (text) => text.replace('52:54:00:00:01:01', '52:54:00:00:01:00') }, /duplicate MAC address found: 52:54:00:00:01:00/],
  'a rendezvous IP that is no control plane': [
    { agent: (text) => withAddresses(text).replace('rendezvousIP: 192.168.21.20', 'rendezvousIP: 192.168.21.99') },
    /192\.168\.21\.99 is not the address of a control plane/,
  ],
  'a rendezvous IP that is none': [{ agent: (text) => text.replace('rendezvousIP: 192.168.21.20', 'rendezvousIP: nowhere') }, /rendezvousIP/],
};

for (const [title, [change, message]] of Object.entries(MISTAKES)) {
  test(`${title} is refused with its field, and the configs stay`, async (t) => {
    const dir = folderWith(t, change);
    const { exitCode, said } = await install(dir);
    assert.notEqual(exitCode, 0);
    assert.match(said, message);
    assert.ok(existsSync(join(dir, 'install-config.yaml')));
    assert.equal(said.includes('cm9ib3Q6c2VjcmV0'), false);
  });
}

test('a release that is no image is refused, one by digest is taken', async (t) => {
  const digest = `quay.example.com/ocp/release@sha256:${'ab'.repeat(32)}`;
  for (const [image, taken] of [
    ['4.18', false],
    ['quay.example.com/ocp/release:4.18.10 ', false],
    [digest, true],
  ] as const) {
    let said = '';
    const env = { OPENSHIFT_INSTALL_RELEASE_IMAGE_OVERRIDE: image };
    const exitCode = await runOpenshiftInstall(['agent', 'create', 'image', '--dir', folderWith(t)], env, {
      out: () => undefined,
      err: (line) => (said += line),
    });
    assert.equal(exitCode === 0, taken, said);
    if (!taken) assert.match(said, /is no image/);
  }
});

test('a folder without configs is refused, as is another command', async (t) => {
  const dir = folderWith(t);
  rmSync(join(dir, 'agent-config.yaml'));
  assert.match((await install(dir)).said, /agent-config\.yaml/);
  assert.equal(await runOpenshiftInstall(['destroy', 'cluster'], {}, { out: () => undefined, err: () => undefined }), 1);
});
