import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabwrightError } from '../../src/util/errors.ts';
import { localExec } from '../../src/util/exec.ts';

/** What the box runs, and the Debian package that has it. */
const NEEDED: readonly (readonly [command: string, debianPackage: string])[] = [
  ['/usr/sbin/libvirtd', 'libvirt-daemon'],
  ['/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so', 'libvirt-daemon-driver-qemu'],
  ['/usr/bin/virsh', 'libvirt-clients'],
  ['/usr/bin/xmllint', 'libxml2-utils'],
  ['/usr/bin/qemu-system-x86_64', 'qemu-system-x86'],
  ['/usr/bin/qemu-img', 'qemu-utils'],
  ['/usr/sbin/dnsmasq', 'dnsmasq-base'],
  ['/usr/sbin/sshd', 'openssh-server'],
  ['/usr/bin/ssh', 'openssh-client'],
  ['/usr/bin/busybox', 'busybox-static'],
  ['/usr/bin/dig', 'bind9-dnsutils'],
  ['/usr/bin/cpio', 'cpio'],
  ['/usr/sbin/dhclient', 'isc-dhcp-client'],
  ['/usr/bin/curl', 'curl'],
  ['/usr/bin/ip', 'iproute2'],
  ['/usr/sbin/nft', 'nftables'],
  // libvirt's NAT.
  ['/usr/sbin/iptables', 'iptables'],
  ['/usr/sbin/chronyd', 'chrony'],
  ['/usr/bin/dot', 'graphviz'],
  ['/usr/bin/firewall-offline-cmd', 'firewalld'],
  ['/usr/bin/dbus-daemon', 'dbus-daemon'],
  ['/usr/sbin/haproxy', 'haproxy'],
  ['/usr/share/OVMF/OVMF_CODE_4M.fd', 'ovmf'],
  ['/usr/bin/xorriso', 'xorriso'],
  ['/usr/bin/mcopy', 'mtools'],
  ['/usr/bin/grub-mkrescue', 'grub-common'],
  ['/usr/lib/grub/x86_64-efi/moddep.lst', 'grub-efi-amd64-bin'],
  ['/usr/share/doc/python3-venv', 'python3-venv'],
  ['/usr/lib/python3/dist-packages/libvirt.py', 'python3-libvirt'],
];

/** Why the box cannot run on this machine; undefined when it can. */
export function boxObstacle(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the box needs Linux on x86-64';
  if (process.getuid?.() !== 0) return 'the box needs root, for network and mount namespaces';
  if (!existsSync('/etc/debian_version')) return 'the box takes its daemons from Debian packages';
  return undefined;
}

/** Installs what is missing, without starting a service of it on this machine, now or at the next boot. */
export async function installPackages(log: (line: string) => void): Promise<void> {
  const missing = absent();
  if (missing.length === 0) return;
  const names = missing.map(([, name]) => name);
  log(`installing ${names.join(' ')}`);
  // Test files run side by side: one installs, the others wait and then find it done.
  await localExec(['flock', join(tmpdir(), 'lwbox-packages.lock'), 'sh', '-c', INSTALL, 'sh', ...names], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  if (names.includes('openssh-server') && existsSync('/usr/bin/systemctl')) {
    await localExec(['systemctl', 'disable', 'ssh.service', 'ssh.socket'], { okExitCodes: [0, 1] });
  }
  const still = absent().map(([file]) => file);
  if (still.length > 0) throw new LabwrightError('not_found', `after the installation there is still no ${still.join(', ')}`);
}

function absent(): readonly (readonly [string, string])[] {
  return NEEDED.filter(([file]) => !existsSync(file));
}

/** Debian's maintainer scripts ask policy-rc.d before they start a service; 101 forbids it (invoke-rc.d(8)). */
const INSTALL = `set -eu
policy=/usr/sbin/policy-rc.d
# Ours, from a run that was killed, is not one to keep.
! grep -qs lwbox "$policy" || rm "$policy"
[ ! -e "$policy" ] || mv "$policy" "$policy.lwbox"
trap 'rm -f "$policy"; [ ! -e "$policy.lwbox" ] || mv "$policy.lwbox" "$policy"' EXIT
printf '#!/bin/sh\\n# lwbox\\nexit 101\\n' >"$policy"
chmod 755 "$policy"
install() { apt-get install --yes --quiet --no-install-recommends "$@"; }
install "$@" || { apt-get update --quiet && install "$@"; }`;
