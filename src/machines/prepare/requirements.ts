import { LabwrightError } from '../../util/errors.ts';
import { writeTextFile } from '../doors/files.ts';
import { runScript } from '../doors/run-script.ts';
import { labPaths } from '../lab-paths.ts';
import { installPackages } from './install-packages.ts';
import type { PrepareFacts } from './prepare-facts.ts';
import { PROGRAMS } from './programs.ts';
import type { Requirement, Target } from './requirement.ts';

const IMAGES = '/var/lib/libvirt/images';
const MODULAR = ['virtqemud.socket', 'virtnetworkd.socket', 'virtstoraged.socket', 'virtlogd.socket'];
const MONOLITHIC = ['libvirtd.service', 'virtlogd.socket'];
const CHRONY_UNITS = ['chronyd.service', 'chrony.service'];
/** Whose configuration is a person's; a package of chrony takes the place of timesyncd by itself. */
const OTHER_TIME_UNITS = ['ntpd.service', 'ntpsec.service'];
/** What machines of the lab ask the jumphost for; 8443 are the BMCs, 8008 is the store. */
const OPEN = ['dns', 'dhcp', 'dhcpv6', 'ntp', '8443/tcp', '8008/tcp'];

/** What a host needs, in the order in which it is made: each stands on those before it. */
export const REQUIREMENTS: readonly Requirement[] = [
  {
    id: 'PACKAGES',
    roles: ['hypervisor', 'jumphost'],
    why: 'labwright runs these on the host, and libvirt runs QEMU',
    missing: (facts, target) =>
      absent(facts, target)
        .map(([name]) => name)
        .join(', ') || undefined,
    make: (facts, target) => (host, signal) => {
      const packages = absent(facts, target).map(([, program]) => program.packages[facts.family ?? 'debian']);
      return installPackages(host, facts.family, packages, signal);
    },
  },
  {
    id: 'KVM',
    roles: ['hypervisor'],
    why: 'without it VMs are emulated, ten times slower; a lab that wants that says accel: tcg',
    missing: ({ kvmDevice, cpuFlag }, { plan }) => {
      if (plan.accel !== 'kvm' || kvmDevice) return undefined;
      return cpuFlag ? 'no /dev/kvm' : 'the CPU shows no vmx or svm';
    },
    make:
      ({ cpuFlag }) =>
      async ({ exec, name }, signal) => {
        if (cpuFlag === undefined) {
          throw new LabwrightError('refused', `${name} has no hardware virtualisation`, {
            hint: 'turn VT-x or AMD-V on in its firmware, or write accel: tcg into the lab file',
          });
        }
        await exec(['modprobe', cpuFlag === 'vmx' ? 'kvm_intel' : 'kvm_amd'], { signal });
      },
  },
  {
    id: 'NESTED',
    roles: ['hypervisor'],
    why: 'the installer’s bootstrap runs as a VM inside the provisionhost; emulated it takes hours',
    missing: ({ kvmDevice, nested, cpuFlag }, { plan }) =>
      plan.accel === 'kvm' && kvmDevice && cpuFlag && !/^(Y|1)$/m.test(nested) ? `nested is ${nested || 'not known'}` : undefined,
    make:
      ({ cpuFlag, runningVms }) =>
      async ({ exec, name }, signal) => {
        const module = cpuFlag === 'vmx' ? 'kvm_intel' : 'kvm_amd';
        await writeTextFile(exec, { path: '/etc/modprobe.d/labwright-kvm.conf', text: `options ${module} nested=1\n` }, signal);
        if (runningVms > 0)
          throw new LabwrightError('refused', `nested virtualisation of ${name} begins when ${module} is loaded anew`, {
            hint: `shut its ${runningVms} VMs down and prepare again, or restart it`,
          });
        await runScript(exec, { purpose: `load ${module} anew`, text: 'modprobe -r "$1" && modprobe "$1"', args: [module] }, { signal });
      },
  },
  {
    id: 'LIBVIRT',
    roles: ['hypervisor'],
    why: 'VMs are made and started through it, also after a restart of the server',
    missing(facts) {
      const off = facts.systemd ? libvirtUnits(facts).filter((unit) => facts.units.get(unit)?.enabled !== true) : [];
      if (!facts.libvirtAnswers) return 'qemu:///system does not answer';
      return off.length === 0 ? undefined : `${off.join(', ')} does not start with the server`;
    },
    make:
      (facts) =>
      async ({ exec, name }, signal) => {
        if (!facts.systemd) throw new LabwrightError('refused', `${name} has no systemd that could start libvirt`, { hint: 'start virtlogd and libvirtd' });
        await exec(['systemctl', 'enable', '--now', ...libvirtUnits(facts)], { signal });
      },
  },
  {
    id: 'SELINUX',
    roles: ['hypervisor'],
    why: 'QEMU is refused disks and consoles that carry another label than their folder’s',
    missing: ({ selinux, mislabelled }) =>
      /^(Enforcing|Permissive)$/.test(selinux) && mislabelled.length > 0 ? `wrong labels: ${mislabelled.slice(0, 2).join(', ')}` : undefined,
    make:
      () =>
      async ({ exec }, signal) =>
        void (await exec(['restorecon', '-R', '/var/lib/libvirt', '/var/log/libvirt'], { signal })),
  },
  {
    id: 'APPARMOR',
    roles: ['jumphost'],
    why: 'dnsmasq is refused the lab’s files where it has a profile',
    missing: ({ apparmor: { on, dnsmasqProfile, local } }, target) =>
      on && dnsmasqProfile && !local.includes(apparmorRules(target)) ? 'dnsmasq’s profile does not know the lab’s folders' : undefined,
    make:
      ({ apparmor: { local } }, target) =>
      async ({ exec }, signal) => {
        const text = `${local === '' ? '' : `${local}\n`}${apparmorRules(target)}\n`;
        await writeTextFile(exec, { path: '/etc/apparmor.d/local/usr.sbin.dnsmasq', text }, signal);
        await exec(['apparmor_parser', '--replace', '/etc/apparmor.d/usr.sbin.dnsmasq'], { signal });
      },
  },
  {
    id: 'SYSCTL',
    roles: ['hypervisor', 'jumphost'],
    why: 'frames of VMs must not pass the host’s firewall, and a jumphost with an uplink forwards the lab’s packets',
    missing(facts, target) {
      const wanted = wantedSysctls(target);
      if (wanted.size === 0) return undefined;
      const wrong = [...wanted].filter(([key, value]) => (facts.sysctls.get(key) ?? value) !== value).map(([key]) => `${key} is ${facts.sysctls.get(key)}`);
      if (wrong.length > 0) return wrong.join(', ');
      return facts.sysctlFile === sysctlText(target).trim() ? undefined : `${sysctlPath(target)} does not hold them`;
    },
    make:
      (_facts, target) =>
      async ({ exec }, signal) => {
        await writeTextFile(exec, { path: sysctlPath(target), text: sysctlText(target) }, signal);
        // A setting whose module is not loaded is not there yet: -e.
        await exec(['sysctl', '-e', '-q', '-p', sysctlPath(target)], { signal });
      },
    consequence: 'live',
  },
  {
    id: 'POOL',
    roles: ['hypervisor'],
    why: 'other tools of the lab (sushy-tools, virt-install) look for the folder of the disks as a storage pool',
    missing: ({ poolFolders }) => (poolFolders.includes(IMAGES) ? undefined : `no active storage pool of ${IMAGES}`),
    make:
      ({ pools }) =>
      async ({ exec }, signal) => {
        const define = pools.includes('default') ? '' : 'v pool-define-as default dir --target "$1"; v pool-build default\n';
        const text = `set -eu\nv() { virsh --quiet --connect qemu:///system "$@"; }\nmkdir -p "$1"\n${define}v pool-start default\nv pool-autostart default`;
        await runScript(exec, { purpose: 'make the storage pool', text, args: [IMAGES] }, { signal });
      },
  },
  {
    id: 'TIME',
    roles: ['hypervisor', 'jumphost'],
    why: 'the jumphost gives the lab its time through chrony, and servers take it: certificates are refused by nodes whose clocks differ',
    missing: ({ units }) => {
      const active = (unit: string): boolean => units.get(unit)?.active === true;
      if (CHRONY_UNITS.some(active)) return undefined;
      const other = [...OTHER_TIME_UNITS, 'systemd-timesyncd.service'].find(active);
      return other === undefined ? 'nothing keeps its clock' : `${other} keeps its clock, not chrony`;
    },
    make: (facts) => async (host, signal) => {
      const other = OTHER_TIME_UNITS.find((unit) => facts.units.get(unit)?.active === true);
      if (other !== undefined)
        throw new LabwrightError('refused', `${host.name} has its time from ${other}`, { hint: `systemctl disable --now ${other}, then prepare again` });
      await installPackages(host, facts.family, ['chrony'], signal);
      if (!facts.systemd)
        throw new LabwrightError('refused', `${host.name} has no systemd that could start chrony`, {
          hint: 'start chronyd, or prepare with --skip TIME where another host keeps its clock',
        });
      await host.exec(['systemctl', 'enable', '--now', facts.family === 'rhel' ? 'chronyd' : 'chrony'], { signal });
    },
  },
  {
    id: 'FIREWALL',
    roles: ['jumphost'],
    why: 'machines of the lab get no address, name, time or image through a closed port',
    missing(facts, target) {
      const { firewall: planned } = target.plan.jumphost.services;
      // Its rules come with apply.
      if (planned !== 'none') return planned === 'firewalld' && facts.firewall === undefined ? 'firewalld does not run' : undefined;
      const closed = closedPorts(facts, target);
      return closed.length === 0 ? undefined : `closed in zone ${facts.firewall!.zone}: ${closed.join(', ')}`;
    },
    make: (facts, target) => async (host, signal) => {
      const { exec, name } = host;
      const { firewall, family, systemd } = facts;
      if (target.plan.jumphost.services.firewall === 'firewalld') {
        await installPackages(host, family, ['firewalld'], signal);
        if (!systemd)
          throw new LabwrightError('refused', `${name} has no systemd that could start firewalld`, { hint: 'start it, or prepare with --skip FIREWALL' });
        await exec(['systemctl', 'enable', '--now', 'firewalld'], { signal });
        return;
      }
      const options = closedPorts(facts, target).map((one) => (one.includes('/') ? `--add-port=${one}` : `--add-service=${one}`));
      for (const lasting of [[], ['--permanent']]) await exec(['firewall-cmd', `--zone=${firewall!.zone}`, ...lasting, ...options], { signal });
    },
    consequence: 'live',
  },
];

/** What machines need, the lab's registry and HTTP store among it, and firewalld does not let through. */
function closedPorts({ firewall }: PrepareFacts, { plan: { jumphost } }: Target): readonly string[] {
  const { registry, httpStore } = jumphost.services;
  const services = [registry, httpStore].flatMap((service) => (service ? [`${service.port}/tcp`] : []));
  return firewall ? [...OPEN, ...services].filter((one) => !firewall.open.has(one)) : [];
}

/** Where this lab's kernel settings are kept. */
export function sysctlPath({ plan }: Pick<Target, 'plan'>): string {
  return `/etc/sysctl.d/90-labwright-${plan.lab}.conf`;
}

function sysctlText(target: Target): string {
  return `# Written by labwright for lab ${target.plan.lab}.\n${[...wantedSysctls(target)].map(([key, value]) => `${key} = ${value}\n`).join('')}`;
}

function wantedSysctls({ plan, role }: Target): ReadonlyMap<string, string> {
  if (role === 'hypervisor')
    return new Map([
      ['net.bridge.bridge-nf-call-iptables', '0'],
      ['net.bridge.bridge-nf-call-ip6tables', '0'],
    ]);
  const forwards: [string, string][] = plan.jumphost.uplink === undefined ? [] : [['net.ipv4.ip_forward', '1']];
  if (plan.jumphost.uplink !== undefined && plan.jumphost.address6 !== undefined) forwards.push(['net.ipv6.conf.all.forwarding', '1']);
  return new Map(forwards);
}

/** The daemons a host has: the modular ones, unless the one that was before them is in use. */
function libvirtUnits({ units }: PrepareFacts): readonly string[] {
  const used = (unit: string): boolean => units.get(unit)?.active === true || units.get(unit)?.enabled === true;
  const modular = units.has('virtqemud.socket') && !used('libvirtd.service') && !used('libvirtd.socket');
  return (modular ? MODULAR : MONOLITHIC).filter((unit) => units.size === 0 || units.has(unit));
}

function apparmorRules({ plan }: Target): string {
  const { confDir, stateDir } = labPaths(plan);
  return `# labwright, lab ${plan.lab}\n${confDir}/ r,\n${confDir}/** r,\n${stateDir}/ r,\n${stateDir}/** rwk,\n/run/labwright-${plan.lab}-dnsmasq.pid rw,`;
}

function absent({ present }: PrepareFacts, { role }: Target) {
  return Object.entries(PROGRAMS).filter(([, { roles, files }]) => roles.includes(role) && !files.some((file) => present.has(file)));
}
