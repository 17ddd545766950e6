import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { examplePlan } from '../../render/example-plan.test-data.ts';
import { renderInstallConfig } from '../../render/install-config.ts';
import { runOpenshiftInstall } from './openshift-install.ts';

const pullSecret = '{"auths":{"registry.example.com":{"auth":"cm9ib3Q6c2VjcmV0"}}}';
const plan = { ...examplePlan, clusters: examplePlan.clusters.map((one) => (one.name === 'c1' ? { ...one, install: 'ipi' as const } : one)) };

interface Config {
  platform: { baremetal: { hosts: { name: string; bootMACAddress: string; bmc: { address: string; password?: string } }[]; apiVIPs: string[] } };
  controlPlane: { replicas: number };
}

for (const [title, change, message] of [
  ['a VIP outside the machine network', ({ platform }) => (platform.baremetal.apiVIPs = ['192.168.99.1']), /machine networks/],
  ['fewer hosts than replicas', ({ platform }) => void platform.baremetal.hosts.pop(), /fewer hosts with role master than the 3/],
  [
    'one MAC twice',
    ({
      platform: {
        baremetal: { hosts },
      },
    }) => (hosts[1]!.bootMACAddress = hosts[0]!.bootMACAddress),
    /duplicate bootMACAddress/,
  ],
  [
    'one BMC twice',
    ({
      platform: {
        baremetal: { hosts },
      },
    }) => (hosts[1]!.bmc.address = hosts[0]!.bmc.address),
    /duplicate BMC address/,
  ],
  ['a BMC without virtual media', ({ platform }) => (platform.baremetal.hosts[0]!.bmc.address = 'ipmi://192.168.30.11'), /without virtual media/],
  ['a BMC without a password', ({ platform }) => delete platform.baremetal.hosts[0]!.bmc.password, /password/],
  ['nothing wrong, but no world', () => undefined, /LABWRIGHT_WORLD is not set/],
] as const satisfies readonly (readonly [string, (config: Config) => unknown, RegExp])[]) {
  test(`create cluster refuses ${title}, also in its log`, async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'labwright-create-cluster-test-'));
    t.after(() => rmSync(dir, { recursive: true, force: true }));
    const config = parse(
      renderInstallConfig(plan, { cluster: 'c1', pullSecret, sshKey: undefined, bmcPassword: ({ name }) => `password of ${name}` }),
    ) as Config;
    change(config);
    writeFileSync(join(dir, 'install-config.yaml'), stringify(config));
    let said = '';
    const exitCode = await runOpenshiftInstall(
      ['create', 'cluster', '--dir', dir, '--log-level', 'info'],
      {},
      { out: () => undefined, err: (line) => (said += line) },
    );
    assert.equal(exitCode, 3, said);
    assert.match(said, message);
    assert.match(readFileSync(join(dir, '.openshift_install.log'), 'utf8'), /^level=fatal /m);
    assert.equal(existsSync(join(dir, 'install-config.yaml')), title !== 'nothing wrong, but no world');
  });
}
