import type { Family } from './prepare-facts.ts';
import type { HostRole } from './requirement.ts';

export interface Program {
  /** Any of these shows that it is there; a shell pattern is not one. */
  readonly files: readonly string[];
  /** The package that has it. */
  readonly packages: Readonly<Record<Family, string>>;
  readonly roles: readonly HostRole[];
}

const DRIVER = 'libvirt/connection-driver/libvirt_driver_qemu.so';

/** What labwright and libvirt run on a host: looked for by file, since it does not matter how it came there. */
export const PROGRAMS: Readonly<Record<string, Program>> = {
  qemu: { files: ['/usr/bin/qemu-system-x86_64', '/usr/libexec/qemu-kvm'], packages: { debian: 'qemu-system-x86', rhel: 'qemu-kvm' }, roles: ['hypervisor'] },
  'qemu-img': { files: ['/usr/bin/qemu-img'], packages: { debian: 'qemu-utils', rhel: 'qemu-img' }, roles: ['hypervisor'] },
  libvirt: {
    files: [`/usr/lib/x86_64-linux-gnu/${DRIVER}`, `/usr/lib64/${DRIVER}`],
    packages: { debian: 'libvirt-daemon-system', rhel: 'libvirt-daemon-kvm' },
    roles: ['hypervisor'],
  },
  virsh: { files: ['/usr/bin/virsh'], packages: { debian: 'libvirt-clients', rhel: 'libvirt-client' }, roles: ['hypervisor'] },
  'UEFI firmware': {
    files: ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/edk2/ovmf/OVMF_CODE.fd'],
    packages: { debian: 'ovmf', rhel: 'edk2-ovmf' },
    roles: ['hypervisor'],
  },
  xorriso: { files: ['/usr/bin/xorriso'], packages: { debian: 'xorriso', rhel: 'xorriso' }, roles: ['hypervisor'] },
  dnsmasq: { files: ['/usr/sbin/dnsmasq'], packages: { debian: 'dnsmasq-base', rhel: 'dnsmasq' }, roles: ['jumphost'] },
  nft: { files: ['/usr/sbin/nft'], packages: { debian: 'nftables', rhel: 'nftables' }, roles: ['jumphost'] },
  ssh: { files: ['/usr/bin/ssh'], packages: { debian: 'openssh-client', rhel: 'openssh-clients' }, roles: ['jumphost'] },
  curl: { files: ['/usr/bin/curl'], packages: { debian: 'curl', rhel: 'curl-minimal' }, roles: ['hypervisor', 'jumphost'] },
  ip: { files: ['/usr/bin/ip', '/usr/sbin/ip', '/sbin/ip'], packages: { debian: 'iproute2', rhel: 'iproute' }, roles: ['hypervisor', 'jumphost'] },
  python3: { files: ['/usr/bin/python3'], packages: { debian: 'python3', rhel: 'python3' }, roles: ['hypervisor', 'jumphost'] },
};
