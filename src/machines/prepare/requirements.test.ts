import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examplePlan } from '../../render/example-plan.test-data.ts';
import type { Exec } from '../../util/exec.ts';
import { readPreparation, type PrepareFacts } from './prepare-facts.ts';
import { PROGRAMS } from './programs.ts';
import type { HostRole } from './requirement.ts';
import { REQUIREMENTS } from './requirements.ts';

/**
 * What hosts of the RHEL family answer. Written by hand after the formats of getenforce, systemctl show, restorecon and
 * firewall-cmd: no such host was at hand when this was made.
 */
const NEW_RHEL9: Readonly<Record<string, string>> = {
  os: 'rhel 9.4 fedora',
  files: '/usr/sbin/ip\n/usr/bin/curl\n/usr/bin/python3\n/usr/bin/ssh',
  systemd: 'yes',
  units:
    'Id=chronyd.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n\nId=libvirtd.service\nLoadState=not-found\nActiveState=inactive\nUnitFileState=',
  libvirt: '',
  vms: '0',
  cpu: 'vmx',
  kvm: 'yes',
  nested: 'N',
  selinux: 'Enforcing',
  labels: '',
  apparmor: '',
  local: '',
  sysctls: 'net.ipv4.ip_forward=0\nnet.ipv6.conf.all.forwarding=0',
  sysctlFile: '',
  poolFolders: '',
  pools: '',
  firewall: 'public\ncockpit dhcpv6-client ssh\n',
  emulator: '',
  emulatorConfig: '',
  listens: '',
};
const unit = (name: string, active: string, enabled: string): string => `Id=${name}\nLoadState=loaded\nActiveState=${active}\nUnitFileState=${enabled}`;
const READY_RHEL9 = {
  ...NEW_RHEL9,
  files: Object.values(PROGRAMS)
    .map(({ files }) => files.at(-1))
    .join('\n'),
  units: ['virtqemud.socket', 'virtnetworkd.socket', 'virtstoraged.socket', 'virtlogd.socket', 'chronyd.service']
    .map((one) => unit(one, 'active', 'enabled'))
    .join('\n\n'),
  libvirt: 'yes',
  nested: 'Y',
  sysctlFile: '# Written by labwright for lab example.\nnet.bridge.bridge-nf-call-iptables = 0\nnet.bridge.bridge-nf-call-ip6tables = 0'.replace(
    'example',
    examplePlan.lab,
  ),
  poolFolders: '/var/lib/libvirt/images',
  pools: 'default',
  firewall: 'public\ndhcp dhcpv6 dns ntp ssh\n8443/tcp 8008/tcp',
};

test('a server fresh from the RHEL installer lacks these, in this order', async () => {
  assert.deepEqual(lacks(facts(NEW_RHEL9), 'hypervisor'), [
    'PACKAGES: qemu, qemu-img, libvirt, virsh, UEFI firmware, xorriso',
    'NESTED: nested is N',
    'LIBVIRT: qemu:///system does not answer',
    `SYSCTL: /etc/sysctl.d/90-labwright-${examplePlan.lab}.conf does not hold them`,
    'POOL: no active storage pool of /var/lib/libvirt/images',
  ]);
  assert.deepEqual(await commands(facts(NEW_RHEL9), 'PACKAGES', 'hypervisor'), [
    'sh dnf install qemu-kvm qemu-img libvirt-daemon-kvm libvirt-client edk2-ovmf xorriso',
  ]);
});

test('a server that is prepared lacks nothing, with the modular daemons or with the one before them', () => {
  assert.deepEqual(lacks(facts(READY_RHEL9), 'hypervisor'), []);
  const monolithic = [
    unit('libvirtd.service', 'active', 'enabled'),
    unit('virtqemud.socket', 'inactive', 'disabled'),
    unit('virtlogd.socket', 'active', 'enabled'),
    unit('chronyd.service', 'active', 'enabled'),
  ];
  assert.deepEqual(lacks(facts({ ...READY_RHEL9, units: monolithic.join('\n\n') }), 'hypervisor'), []);
});

test('libvirt’s modular daemons are started where they are, libvirtd where that is used', async () => {
  const off = {
    ...READY_RHEL9,
    libvirt: '',
    units: ['virtqemud.socket', 'virtnetworkd.socket', 'virtstoraged.socket', 'virtlogd.socket'].map((one) => unit(one, 'inactive', 'disabled')).join('\n\n'),
  };
  assert.deepEqual(await commands(facts(off), 'LIBVIRT', 'hypervisor'), [
    'systemctl enable --now virtqemud.socket virtnetworkd.socket virtstoraged.socket virtlogd.socket',
  ]);
  const old = { ...READY_RHEL9, units: [unit('libvirtd.service', 'active', 'disabled'), unit('virtlogd.socket', 'active', 'enabled')].join('\n\n') };
  assert.deepEqual(await commands(facts(old), 'LIBVIRT', 'hypervisor'), ['systemctl enable --now libvirtd.service virtlogd.socket']);
});

test('nested virtualisation is not switched under running VMs', async () => {
  await assert.rejects(commands(facts({ ...READY_RHEL9, nested: 'N', vms: '3' }), 'NESTED', 'hypervisor'), { code: 'refused' });
  assert.deepEqual(await commands(facts({ ...READY_RHEL9, nested: 'N' }), 'NESTED', 'hypervisor'), [
    'sh write /etc/modprobe.d/labwright-kvm.conf',
    'sh load kvm_intel',
  ]);
  assert.deepEqual(lacks(facts({ ...READY_RHEL9, kvm: '', cpu: '' }), 'hypervisor'), ['KVM: the CPU shows no vmx or svm']);
});

test('with SELinux enforcing, files of libvirt get the labels of their folders', async () => {
  const wrong = {
    ...READY_RHEL9,
    labels: 'Would relabel /var/lib/libvirt/images/a.qcow2 from unconfined_u:object_r:user_tmp_t:s0 to unconfined_u:object_r:virt_image_t:s0',
  };
  assert.match(lacks(facts(wrong), 'hypervisor').join(), /^SELINUX: wrong labels: Would relabel \/var/);
  assert.deepEqual(await commands(facts(wrong), 'SELINUX', 'hypervisor'), ['restorecon -R /var/lib/libvirt /var/log/libvirt']);
  assert.deepEqual(lacks(facts({ ...wrong, selinux: 'Disabled' }), 'hypervisor'), []);
});

test('a jumphost opens what the lab asks it for, now and after a restart', async () => {
  const closed = facts({ ...READY_RHEL9, sysctlFile: '', firewall: 'public\ndns ssh\n' });
  assert.deepEqual(lacks(closed, 'jumphost'), ['FIREWALL: closed in zone public: dhcp, dhcpv6, ntp, 8443/tcp, 8008/tcp']);
  const open = '--add-service=dhcp --add-service=dhcpv6 --add-service=ntp --add-port=8443/tcp --add-port=8008/tcp';
  assert.deepEqual(await commands(closed, 'FIREWALL', 'jumphost'), [`firewall-cmd --zone=public ${open}`, `firewall-cmd --zone=public --permanent ${open}`]);
});

test('the registry and the HTTP store of a lab are opened too', () => {
  const services = {
    ...examplePlan.jumphost.services,
    httpStore: { port: 8080, root: '/srv', serve: true },
    registry: { port: 5000, root: '/reg', serve: true, mirror: false, additionalImages: [] },
  };
  const plan = { ...examplePlan, jumphost: { ...examplePlan.jumphost, services } };
  const firewall = REQUIREMENTS.find(({ id }) => id === 'FIREWALL')!;
  const open = facts({ ...READY_RHEL9, firewall: 'public\ndns dhcp dhcpv6 ntp ssh\n8443/tcp 8008/tcp 8080/tcp' });
  assert.equal(firewall.missing(open, { plan, host: plan.jumphost.name, role: 'jumphost' }), 'closed in zone public: 5000/tcp');
});

test('a jumphost with an uplink forwards', () => {
  const plan = { ...examplePlan, jumphost: { ...examplePlan.jumphost, uplink: 'eno1' } };
  const sysctl = REQUIREMENTS.find(({ id }) => id === 'SYSCTL')!;
  assert.equal(sysctl.missing(facts(NEW_RHEL9), { plan, host: plan.jumphost.name, role: 'jumphost' }), 'net.ipv4.ip_forward is 0');
});

test('dnsmasq’s AppArmor profile learns the lab’s folders and keeps what it knew', async () => {
  const told = facts({ ...READY_RHEL9, os: 'debian 12', apparmor: 'on\nprofile', local: '/srv/** r,' });
  assert.match(lacks(told, 'jumphost').join(), /^APPARMOR: /);
  assert.deepEqual(await commands(told, 'APPARMOR', 'jumphost'), [
    'sh write /etc/apparmor.d/local/usr.sbin.dnsmasq',
    'apparmor_parser --replace /etc/apparmor.d/usr.sbin.dnsmasq',
  ]);
});

test('on a distribution that labwright does not know, it says what to install', async () => {
  await assert.rejects(commands(facts({ ...NEW_RHEL9, os: 'arch 2026' }), 'PACKAGES', 'hypervisor'), { code: 'refused' });
});

function facts(answer: Readonly<Record<string, string>>): PrepareFacts {
  return readPreparation(
    Object.keys(NEW_RHEL9)
      .map((key) => answer[key]!)
      .join('\0'),
  );
}

function lacks(found: PrepareFacts, role: HostRole): string[] {
  const target = { plan: examplePlan, host: 'h', role };
  return REQUIREMENTS.filter(({ roles }) => roles.includes(role)).flatMap(({ id, missing }) => {
    const what = missing(found, target);
    return what === undefined ? [] : [`${id}: ${what}`];
  });
}

/** What is run to make a requirement; of a script its first telling words and its arguments. */
async function commands(found: PrepareFacts, id: string, role: HostRole): Promise<string[]> {
  const ran: string[] = [];
  const exec: Exec = async (command) => {
    const [file, option, text = '', , ...args] = command;
    const script = /dnf install|apt-get install/.exec(text)?.[0] ?? (text.includes('modprobe') ? 'load' : 'write');
    ran.push(file === 'sh' && option === '-c' ? ['sh', script, ...args].join(' ') : command.join(' '));
    return { host: 'h', command, exitCode: 0, stdout: '', stderr: '', durationMs: 0 };
  };
  const requirement = REQUIREMENTS.find((one) => one.id === id)!;
  await requirement.make(found, { plan: examplePlan, host: 'h', role })({ name: 'h', exec, freshExec: exec }, new AbortController().signal);
  return ran;
}
