import * as z from 'zod';
import type { Exec } from '../../util/exec.ts';
import { runScript } from '../doors/run-script.ts';

/** What a host says of itself in one answer. */
export interface HostFacts {
  /** Its clock minus this computer's, in milliseconds; exact to the length of the answer. */
  readonly skewMs: number;
  readonly answeredInMs: number;
  readonly memoryAvailableMiB: number;
  /** The file system that holds the lab's disks or, on the jumphost, its files. */
  readonly disk: { readonly path: string; readonly availableMiB: number; readonly usedPercent: number; readonly inodesUsedPercent: number };
  /** The kvm module's word; undefined without one. */
  readonly nested: string | undefined;
  readonly links: readonly Link[];
  /** `ss` lines of whoever listens on UDP port 67. */
  readonly dhcpServers: readonly string[];
  /** `ss` lines of whoever listens on a TCP port, each with the command line of the program: a name alone may be that of its first thread. */
  readonly tcpListeners: readonly string[];
  /** Whether frames on bridges pass the host's firewall, and what that does by default. */
  readonly bridgeFirewall: { readonly on: boolean; readonly forward: string };
  readonly defaultRoutes: readonly string[];
  readonly forwards: boolean;
  /** Of the processor; empty where it does not say (not x86). */
  readonly cpuFlags: readonly string[];
  /** Can libvirt start VMs by UEFI? Undefined without libvirt. */
  readonly efi: boolean | undefined;
  /** Mean time of a small synchronous write to that file system, as etcd does them; undefined when none was made. */
  readonly syncMs: number | undefined;
  /** When the certificate of what listens on the lab's registry port ends; undefined when nothing there speaks TLS. */
  readonly registryCertificateEnds: { readonly at: string; readonly soon: boolean } | undefined;
}

export type Link = z.infer<typeof Link>;
const Link = z.object({
  ifname: z.string(),
  mtu: z.number(),
  flags: z.array(z.string()),
  operstate: z.string().default('UNKNOWN'),
  master: z.string().optional(),
  linkinfo: z
    .object({
      info_kind: z.string().optional(),
      info_data: z.object({ stp_state: z.number().optional(), forward_delay: z.number().optional() }).optional(),
    })
    .optional(),
});

/** How many writes are measured; bytes as in etcd's own advice for fio. */
const SYNCS = 50;

const LOOK = String.raw`dir=$1 registry=$2
while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
z() { printf '%s\0' "$1"; }
z "$(date +%s%3N)"
z "$(awk '/^MemAvailable:/ {print int($2 / 1024)}' /proc/meminfo)"
z "$dir"
z "$(df -P -k "$dir" | tail -n 1 | awk '{print int($4 / 1024), $5}')"
z "$(df -P -i "$dir" | tail -n 1 | awk '{print $5}')"
z "$(cat /sys/module/kvm_intel/parameters/nested /sys/module/kvm_amd/parameters/nested 2>/dev/null)"
z "$(ip -json -details link show)"
z "$(ss -Hlunp 'sport = :67')"
z "$(ss -Hltnp | while read -r line; do
  pid=$(printf '%s' "$line" | sed -n 's/.*pid=\([0-9]*\).*/\1/p')
  printf '%s %s\n' "$line" "$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)"
done)"
z "$(cat /proc/sys/net/bridge/bridge-nf-call-iptables 2>/dev/null)"
z "$(iptables -S FORWARD 2>/dev/null | head -n 1)"
z "$(ip route show default)"
z "$(cat /proc/sys/net/ipv4/ip_forward)"
z "$(sed -n 's/^flags[^:]*: //p' /proc/cpuinfo | head -n 1)"
z "$(virsh --quiet --connect qemu:///system domcapabilities --machine q35 2>/dev/null | sed -n '/<os /,/<loader /p' | grep -o '<os \|>efi<')"
probe=$dir/.labwright-probe.$$
z "$(LC_ALL=C timeout 5 dd if=/dev/zero of="$probe" bs=2300 count=${SYNCS} oflag=dsync 2>&1 | sed -n 's/.*copied, \([0-9.e-]*\) s.*/\1/p')"
rm -f -- "$probe"
z "$([ -z "$registry" ] || timeout 5 openssl s_client -connect "$registry" </dev/null 2>/dev/null | openssl x509 -noout -enddate -checkend 604800 2>/dev/null)"`;

/** Looks at a host; `dir` need not exist yet. `registry`: `HOST:PORT` of the lab's registry, on the jumphost. */
export async function observeHost(exec: Exec, dir: string, registry: string | undefined, signal: AbortSignal): Promise<HostFacts> {
  const before = Date.now();
  const { stdout } = await runScript(exec, { purpose: 'say how it is', text: LOOK, args: [dir, registry ?? ''] }, { signal });
  const answeredInMs = Date.now() - before;
  return readHostFacts(stdout, { askedAtMs: before, answeredInMs });
}

/** Reads the answer of a host. */
export function readHostFacts(stdout: string, asked: { readonly askedAtMs: number; readonly answeredInMs: number }): HostFacts {
  const [clock, memory, path, disk, inodes, nested, links, dhcp, tcp, bridgeNf, forward, routes, forwards, flags, firmware, synced, certificate] = stdout
    .split('\0')
    .map((part) => part.trim());
  const ends = /notAfter=(.*)/.exec(certificate ?? '')?.[1];
  const [availableMiB, usedPercent] = disk!.split(' ').map((part) => Number.parseInt(part, 10));
  return {
    skewMs: Number(clock) - (asked.askedAtMs + asked.answeredInMs / 2),
    answeredInMs: asked.answeredInMs,
    memoryAvailableMiB: Number(memory),
    // Some file systems count no inodes: `-`.
    disk: { path: path!, availableMiB: availableMiB!, usedPercent: usedPercent!, inodesUsedPercent: Number.parseInt(inodes!, 10) || 0 },
    nested: nested === '' ? undefined : nested,
    links: z.array(Link).parse(JSON.parse(links!)),
    dhcpServers: nonEmpty(dhcp),
    tcpListeners: nonEmpty(tcp),
    bridgeFirewall: { on: bridgeNf === '1', forward: forward! },
    defaultRoutes: nonEmpty(routes),
    forwards: forwards === '1',
    cpuFlags: (flags ?? '').split(' ').filter((flag) => flag !== ''),
    efi: firmware === undefined || firmware === '' ? undefined : firmware.includes('efi'),
    syncMs: synced === undefined || synced === '' ? undefined : (Number(synced) * 1000) / SYNCS,
    registryCertificateEnds: ends === undefined ? undefined : { at: ends, soon: /will expire/.test(certificate!) },
  };
}

function nonEmpty(text: string | undefined): string[] {
  return (text ?? '').split('\n').filter((line) => line !== '');
}
