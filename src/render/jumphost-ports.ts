import { BMC_PORT, FILE_STORE_PORT } from '../lab/jumphost-ports.ts';
import type { LabPlan } from '../lab/plan.ts';

export interface OpenPort {
  readonly protocol: 'tcp' | 'udp';
  /** `53`, or a range: `20000-20999`. */
  readonly port: string;
  readonly what: string;
}

/** What machines of the lab have to reach on the jumphost (reference/lab-and-libvirt.md §2.6). */
export function jumphostPorts({ jumphost, networks, clusters }: LabPlan): OpenPort[] {
  const { httpStore, registry, jobPorts } = jumphost.services;
  const six = networks.some(({ cidr, cidr6 }) => cidr6 !== undefined || cidr.includes(':'));
  const balances = clusters.some(({ install, vips }) => install === 'upi' && vips.api === jumphost.address);
  const tcp = (port: number | string, what: string): OpenPort => ({ protocol: 'tcp', port: String(port), what });
  const udp = (port: number, what: string): OpenPort => ({ protocol: 'udp', port: String(port), what });
  return [
    tcp(22, 'ssh'),
    tcp(53, 'DNS'),
    udp(53, 'DNS'),
    udp(67, 'DHCP'),
    ...(six ? [udp(547, 'DHCPv6')] : []),
    udp(123, 'NTP'),
    tcp(FILE_STORE_PORT, 'images of jobs'),
    tcp(BMC_PORT, 'BMCs of VMs'),
    ...(httpStore ? [tcp(httpStore.port, 'HTTP store')] : []),
    ...(registry ? [tcp(registry.port, 'registry')] : []),
    ...(balances ? [tcp(6443, 'API of UPI'), tcp(22_623, 'machine configuration of UPI'), tcp(80, 'ingress of UPI'), tcp(443, 'ingress of UPI')] : []),
    tcp(jobPorts, 'what jobs serve'),
  ];
}
