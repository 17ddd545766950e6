import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { labFolder, labwright } from './labwright.ts';

const HOSTS = `[all:vars]
cluster=server
domain=our.pretty.lab
enable_virtualmedia=true
[masters]
master-0 role=master ipmi_user=root ipmi_password=do-not-show ipmi_address=10.0.0.1 provision_mac=52:54:00:00:00:01
[provisioner]
provisionhost ansible_user=dci pub_nic=eth1
`;

test('an inventory that has all the agent needs is complete, and no password is shown', (t) => {
  const { path } = labFolder(t, { hosts: HOSTS });
  const { status, stdout, stderr } = labwright('lab', 'inventory', '--check', join(path, 'hosts'));
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^ipmi_password +required +set +\S+hosts:6$/m);
  assert.match(stdout, /^clock_servers +optional +absent +nodes keep/m);
  assert.match(stdout, /complete for ipi: nothing that dci-openshift-agent needs is missing/);
  assert.doesNotMatch(stdout + stderr, /do-not-show/);
});

test('what is missing is exit 1, with each variable in the JSON', (t) => {
  const { path } = labFolder(t, { hosts: HOSTS.replace('cluster=server\n', '').replace(' provision_mac=52:54:00:00:00:01', '') });
  const { status, stdout } = labwright('lab', 'inventory', '--check', join(path, 'hosts'), '--json');
  assert.equal(status, 1);
  const { complete, variables } = JSON.parse(stdout) as { complete: boolean; variables: { name: string; state: string; note: string }[] };
  assert.equal(complete, false);
  assert.deepEqual(
    variables.filter(({ state }) => state === 'missing').map(({ name, note }) => [name, note]),
    [
      ['cluster', ''],
      ['provision_mac', 'not on master-0'],
    ],
  );
});

test('a file that is no inventory is exit 2, at its line', (t) => {
  const { path } = labFolder(t, { hosts: '[masters]\nmaster-0 role\n' });
  const { status, stdout, stderr } = labwright('lab', 'inventory', '--check', join(path, 'hosts'));
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /hosts:2:10: "role" is no KEY=VALUE\nmaster-0 role\nhint: /);
});

test('neither a cluster nor a file, both, and an unknown method are mistakes', (t) => {
  const { path } = labFolder(t, { hosts: HOSTS.replace('cluster=', 'install_type=microshift\ncluster=') });
  assert.match(labwright('lab', 'inventory').stderr, /which cluster\?/);
  assert.match(labwright('lab', 'inventory', 'c1', '--check', join(path, 'hosts')).stderr, /is c1 a cluster or a file\?/);
  const { status, stderr } = labwright('lab', 'inventory', '--check', join(path, 'hosts'));
  assert.equal(status, 2);
  assert.match(stderr, /no table of variables for install_type microshift/);
});
