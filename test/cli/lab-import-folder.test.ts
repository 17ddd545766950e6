// Inventories as folders, as Ansible has them: hosts, group_vars, host_vars.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { GENERATED_IPI } from './inventories.ts';
import { labFolder, labwright } from './labwright.ts';

/** An IPI cluster whose variables stand in folders, secrets in a file of their own. */
function split(cluster: string, octet: string): Readonly<Record<string, string>> {
  const text = GENERATED_IPI.replaceAll(':0a:', `:${octet}:`).replaceAll('0d6f0a5c00', `0d6f0a5c${octet}`);
  const [vars = '', hosts = ''] = text.split('\n\n[masters]\n');
  const all = vars
    .split('\n')
    .slice(1)
    .filter((line) => !/^(cluster|local_registry_password)=/.test(line));
  const yaml = all.map((line) => line.replace(/^(\w+)=(.*)$/, (_, name: string, value: string) => `${name}: ${value}`)).join('\n');
  return {
    hosts: `[masters]\n${hosts.replace(`provision_mac=52:54:00:00:${octet}:01 `, '')}`,
    'group_vars/all/main.yml': `${yaml}\n`,
    'group_vars/all/cluster.yml': `cluster: ${cluster}\n`,
    'group_vars/all/secrets.yml': 'local_registry_password: registry-secret\n',
    'host_vars/dciokd-master-0.yml': `provision_mac: "52:54:00:00:${octet}:01"\n`,
  };
}

const under = (folder: string, files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));

test('a folder is imported, exported and complete, with positions in its own files and no secret', (t) => {
  const { path } = labFolder(t, under('inventory', { ...split('server', '0a'), 'group_vars/mastres.yml': 'role: master\n' }));
  const out = join(path, 'out');
  const { status, stderr } = labwright('lab', 'import', join(path, 'inventory'), '--output', out);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^dropped +local_registry_password +\S+inventory\/group_vars\/all\/secrets\.yml:1 +secrets are not copied/m);
  assert.match(stderr, /^kept +http_proxy +\S+inventory\/group_vars\/all\/main\.yml:\d+ /m);
  assert.match(stderr, /^dropped +\S+group_vars\/mastres\.yml +\S+:1 +the inventory has no group mastres$/m);
  const printed = labwright('lab', 'inventory', 'server', '--lab', out, '--vars', join(out, 'server.agent-vars.yml'));
  assert.equal(parse(printed.stdout).all.children.masters.hosts['master-0'].provision_mac, '52:54:00:00:0a:01');
  const { path: folder } = labFolder(t, { 'hosts.yml': printed.stdout });
  for (const inventory of [folder, join(path, 'inventory'), join(path, 'inventory/hosts')]) {
    const checked = labwright('lab', 'inventory', '--check', inventory);
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
    assert.match(checked.stdout, /complete for ipi/);
  }
});

test('folders of two servers are two clusters of one lab, each with its own variables', (t) => {
  const { path } = labFolder(t, { ...under('server1', split('one', '0a')), ...under('server2', split('two', '0b')) });
  const { status, stdout, stderr } = labwright('lab', 'import', join(path, 'server1'), join(path, 'server2/hosts'), '--json');
  assert.equal(status, 0, stderr);
  const { lab } = JSON.parse(stdout) as { lab: string };
  const { clusters } = parse(lab);
  assert.deepEqual(Object.keys(clusters), ['one', 'two']);
  assert.deepEqual([clusters.one.machines['master-0'].mac, clusters.two.machines['master-0'].mac], ['52:54:00:00:0a:01', '52:54:00:00:0b:01']);
});

test('what is wrong in such a file is told in it; a vault and a folder without an inventory are refused', (t) => {
  const files = split('server', '0a');
  const refused = (more: Readonly<Record<string, string>>, name = 'inventory'): string => {
    const { path } = labFolder(t, under('inventory', { ...files, ...more }));
    const { status, stdout, stderr } = labwright('lab', 'import', join(path, name));
    assert.deepEqual([status, stdout], [2, '']);
    return stderr.replaceAll(`${path}/`, '');
  };
  assert.match(refused({ 'group_vars/masters.yml': '- a list\n' }), /^inventory\/group_vars\/masters\.yml:1:1: the file holds no map of variables\n/);
  assert.match(
    refused({ 'group_vars/all/vault.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n' }),
    /^inventory\/group_vars\/all\/vault\.yml:1:1: the file is encrypted with ansible-vault\n/,
  );
  assert.match(refused({}, 'inventory/group_vars/all'), /server is in none of DCI's formats/);
  const { path } = labFolder(t, { 'hosts.cfg': GENERATED_IPI, 'group_vars/all.yml': 'a: 1\n' });
  const { status, stderr } = labwright('lab', 'import', path);
  assert.equal(status, 2);
  assert.match(
    stderr,
    /the folder holds no inventory that Ansible would read\nhint: name the file itself: in a folder Ansible passes over hidden files, \.cfg/,
  );
  assert.equal(labwright('lab', 'import', join(path, 'hosts.cfg')).status, 0);
});
