import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { hostsOf, varsOfHost } from '../../src/lab/ansible-inventory/inventory.ts';
import { readInventory, type InventoryFile } from '../../src/lab/ansible-inventory/read-inventory.ts';
import { readInventoryFiles } from '../../src/cli/read-inventory-files.ts';
import { labFolder } from '../cli/labwright.ts';
import { ansibleInventory } from './ansible-core.ts';

const GENERATED_IPI = `[all:vars]
install_type=ipi
prov_nic=eth0
cluster=server
domain="our.pretty.lab"
dir="{{ ansible_user_dir }}/clusterconfigs"
ssh_extra_keys_paths=["~/.ssh/id_rsa.pub", "/etc/key"]
; a comment
# another
version = 4.12
release=007
ratio=0x1F
flag=True
lower=true
nothing=None
tuple=1,2
negative=-4
labels={"a": {"b": [1, 2.5]}, 'c': ''}
joined='one' "two"
mac=52:54:00:00:02:00
commented="value" # after

[masters]
dciokd-master-[0:2] role=master ipmi_user=ADMIN ipmi_password='p a#ss' ipmi_port=6230 socket_console=True
other.example.org:2222 name=other note="it's \\"quoted\\"" path=a\\ b

[masters:vars]
ansible_user=core
ansible_ssh_extra_args='-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null'
role=overridden

[workers]
worker-[01:07:3] # every third
rack-[a:c]-x

[provisioner]
provisionhost ansible_user=dci prov_nic=eth9

[nodes:children]
masters
workers

[nodes:vars]
ansible_user=from-nodes
depth=nodes

[workers:vars]
depth=workers

[empty]
`;

const CRUCIBLE = `all:
  vars:
    install_type: abi
    on: yes
    octal: 012
    float: 4.20
    y: n
    none: ~
    text: "yes"
    date_like: "2026-01-01"
    template: "{{ machine_network_cidr | ipaddr('1') }}"
  children:
    nodes:
      vars: {vendor: KVM, vm_spec: {cpu_cores: 8}}
      children:
        masters:
          vars: &vars {role: master}
          hosts:
            master-[0:1]: {mac: "DE:AD:BE:EF:C0:00"}
        workers:
          vars:
            <<: *vars
            vendor: Dell
          hosts:
            worker-0:
              vendor: HPE
            plain:
    bastions:
      hosts: {bastion: {ansible_host: localhost}}
`;

test('an INI inventory is read as Ansible reads it: values, ranges, quotes, comments, groups and their precedence', async (t) => {
  await sameAsAnsible(t, { hosts: GENERATED_IPI });
});

test('a YAML inventory is read as Ansible reads it: YAML 1.1, merge keys, nested groups', async (t) => {
  await sameAsAnsible(t, { 'hosts.yml': CRUCIBLE });
});

test('of several files the later wins, and a file without suffix may be YAML', async (t) => {
  await sameAsAnsible(t, { first: CRUCIBLE, 'second.ini': '[masters]\nmaster-0 mac=changed\n[masters:vars]\nvendor=Lenovo\n[extra]\nmaster-1\n' });
});

/** Variables in every place that Ansible looks at, each with one that the next place overrides. */
const FOLDER: Readonly<Record<string, string>> = {
  hosts:
    '[all:vars]\na=hosts\nb=hosts\nz=hosts\n[masters]\nmaster-0 h=line k=line\nmaster-1\n[masters:vars]\nc=child-line\nd=child-line\n[nodes:children]\nmasters\n[nodes:vars]\nd=parent-line\n',
  'more.yml': 'masters: {hosts: {master-2: {e: more}}, vars: {z: more}}\n',
  'old.ini': '[masters]\nmaster-9\n',
  'notes.md': 'no inventory\n',
  'sub/extra': '[extra]\nother f=sub\n',
  'group_vars/all.yml': 'b: all-file\ng: all-file\nh: all-file\n',
  'group_vars/nodes.yml': 'c: parent-file\ni: yes\n',
  'group_vars/masters/one.yml': 'j: one\nk: one\n',
  'group_vars/masters/two': 'j: two\n',
  'group_vars/masters/deep/three.json': '{"l": [1, 2]}',
  'group_vars/masters/no.txt': 'm: never\n',
  'group_vars/masters.yml': 'm: hidden by the folder\n',
  'group_vars/nobody.yml': 'n: never\n',
  'host_vars/master-0.yaml': 'k: host-file\no: 012\n',
  'host_vars/master-1': '',
};

test('a folder is read as Ansible reads it: which files, which of group_vars and host_vars, and which of them wins', async (t) => {
  const { path } = labFolder(t, FOLDER);
  await sameAs(await readInventoryFiles([path], ''), path);
});

test('so is a file with group_vars beside it', async (t) => {
  const { path } = labFolder(t, FOLDER);
  await sameAs(await readInventoryFiles([join(path, 'hosts')], ''), join(path, 'hosts'));
  await sameAs(await readInventoryFiles([join(path, 'hosts'), join(path, 'more.yml')], ''), join(path, 'hosts'), join(path, 'more.yml'));
});

test('a line that Ansible refuses is refused at its line', async (t) => {
  const text = '[masters]\nmaster-0 name\n';
  const [file] = files(t, { 'hosts.ini': text });
  await assert.rejects(ansibleInventory(file!.path), /Expected key=value host variable assignment/);
  const { inventory, diagnostics } = readInventory([file!]);
  assert.equal(inventory, undefined);
  assert.deepEqual(
    diagnostics.map(({ id, at }) => [id, at?.line, at?.column]),
    [['bad-assignment', 2, 10]],
  );
});

async function sameAsAnsible(t: TestContext, texts: Readonly<Record<string, string>>): Promise<void> {
  const written = files(t, texts);
  await sameAs(written, ...written.map(({ path }) => path));
}

async function sameAs(written: readonly InventoryFile[], ...paths: readonly string[]): Promise<void> {
  const ansible = await ansibleInventory(...paths);
  const { inventory, diagnostics } = readInventory(written);
  assert.ok(inventory, JSON.stringify(diagnostics));
  assert.deepEqual([...inventory.hosts.keys()].toSorted(), Object.keys(ansible.hostvars).toSorted());
  for (const [host, vars] of Object.entries(ansible.hostvars)) {
    const ours: unknown = Object.fromEntries([...varsOfHost(inventory, host)].map(([name, { value }]) => [name, value]));
    assert.deepEqual(ours, vars, host);
  }
  for (const [group, { hosts = [] }] of Object.entries(ansible.groups))
    if (hosts.length > 0) assert.deepEqual([...inventory.groups.get(group)!.hosts], hosts, group);
  assert.ok(hostsOf(inventory, 'masters').length > 1);
}

function files(t: TestContext, texts: Readonly<Record<string, string>>): InventoryFile[] {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-inventory-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return Object.entries(texts).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return { path: join(folder, name), text };
  });
}
