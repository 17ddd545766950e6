import type { LabPlan, PlannedServer } from '../../lab/plan.ts';
import { placeOf } from '../../render/bridge.ts';
import { machinesOn } from '../changes/server-changes.ts';
import { lostFrames, lostLongPackets } from './bridge-checks.ts';
import type { Check, Found, LabFacts } from './check.ts';
import type { HostFacts, Link } from './host-facts.ts';

const FULL_PERCENT = 90;
/** What etcd's documentation asks of a disk. */
const SYNC_LIMIT_MS = 10;
/** What x86-64-v2 has over the first x86-64 (x86-64 psABI, §3.1.1), as Linux names it. */
const X86_64_V2 = ['cx16', 'lahf_lm', 'popcnt', 'pni', 'sse4_1', 'sse4_2', 'ssse3'];
/** Installers tell less than this no problem; certificates of a fresh cluster are the first that mind more. */
const SKEW_LIMIT_MS = 2000;

/** Checks of the servers: links, room, clock, virtualisation. */
export const serverChecks: readonly Check[] = [
  {
    id: 'SSH-REACH',
    severity: 'error',
    finds: 'a host that cannot be looked at',
    fix: 'try ssh to it by hand with the address and key of the lab file',
    find: ({ state }) => state.failures.map(({ on, message, code }) => ({ on, message, evidence: code })),
  },
  {
    id: 'BR-MISSING',
    severity: 'error',
    finds: 'a server’s bridge that is absent, down or without its NIC',
    fix: 'run labwright lab apply --target SERVER',
    find: (facts) =>
      eachServer(facts, (server) => {
        const bridge = facts.state.servers.get(server.name)?.bridge;
        const { bridge: name, mode } = placeOf(facts.plan, server.name).network;
        // libvirt makes that of a NAT network, with its first VM.
        if (bridge === undefined || mode === 'nat' || machinesOn(facts.plan, server.name).length === 0) return [];
        const wrong = !bridge.exists ? 'is not there' : !bridge.up ? 'is down' : !bridge.holdsNic ? `does not hold ${server.nic}` : undefined;
        return wrong === undefined ? [] : [{ message: `bridge ${name} ${wrong}`, evidence: `ip -json address show: ${name} ${wrong}` }];
      }),
  },
  {
    id: 'NIC-DOWN',
    severity: 'error',
    finds: 'a server’s NIC that is absent, down or without a cable',
    fix: 'look at the cable and the switch, or name the right NIC in the lab file',
    find: (facts) =>
      eachHost(facts, (server, host) => {
        if (placeOf(facts.plan, server.name).network.mode === 'nat') return [];
        const nic = host.links.find(({ ifname }) => ifname === server.nic);
        if (nic?.flags.includes('UP') && nic.flags.includes('LOWER_UP')) return [];
        return [
          {
            message: `${server.nic} ${nic ? 'has no carrier' : 'is not there'}`,
            evidence: nic ? `<${nic.flags.join(',')}> state ${nic.operstate}` : 'ip link show',
          },
        ];
      }),
  },
  {
    id: 'NET-MTU',
    severity: 'error',
    finds: 'a link on the way between VMs with another MTU than planned, or long packets that do not pass',
    fix: 'run labwright lab apply, and set the same MTU on the switch',
    find: (facts) => {
      const links = eachHost(facts, (server, host) => {
        const { network } = placeOf(facts.plan, server.name);
        return host.links
          .filter(({ ifname, mtu, master }) => (ifname === server.nic || ifname === network.bridge || master === network.bridge) && mtu !== network.mtu)
          .map(({ ifname, mtu }) => ({ message: `${ifname} has MTU ${mtu}, planned is ${network.mtu}`, evidence: `ip link: ${ifname} mtu ${mtu}` }));
      });
      // What the server's own links explain is told once.
      return [...links, ...lostLongPackets(facts).filter(({ on }) => !links.some((link) => link.on === on))];
    },
  },
  {
    id: 'BR-STP',
    severity: 'warning',
    finds: 'a bridge with spanning tree: its ports are silent for seconds after each start',
    fix: 'ip link set BRIDGE type bridge stp_state 0',
    find: (facts) =>
      eachHost(facts, (server, host) => {
        const bridge = bridgeOf(facts.plan, server, host);
        const { stp_state: stp = 0, forward_delay: delay = 0 } = bridge?.linkinfo?.info_data ?? {};
        return stp === 0 ? [] : [{ message: `${bridge!.ifname} runs spanning tree`, evidence: `stp_state ${stp}, forward_delay ${delay}` }];
      }),
  },
  {
    id: 'BR-FILTER',
    severity: 'error',
    finds: 'frames between VMs, or between them and the jumphost, that are dropped',
    fix: 'sysctl net.bridge.bridge-nf-call-iptables=0; look at nft list ruleset, bridge -d link, and the switch’s VLANs',
    find: (facts) => [
      ...eachHost(facts, (_server, { bridgeFirewall: { on, forward } }) =>
        on && forward === '-P FORWARD DROP'
          ? [{ message: 'frames on the bridge are dropped by the host’s firewall', evidence: `bridge-nf-call-iptables = 1; ${forward}` }]
          : [],
      ),
      ...lostFrames(facts),
    ],
  },
  {
    id: 'DHCP-PORT',
    severity: 'error',
    finds: 'a program on a server that answers DHCP on the lab’s bridge',
    fix: 'stop it; a network of libvirt belongs on a bridge of its own',
    find: (facts) =>
      eachServer(facts, (server) => {
        const { bridge, mode } = placeOf(facts.plan, server.name).network;
        // On that of a NAT network libvirt's own has to.
        if (mode === 'nat') return [];
        return (facts.hosts.get(server.name)?.dhcpServers ?? [])
          .filter((line) => !/%(?!\S*\*)(\S+?):67/.test(line) || line.includes(`%${bridge}:67`))
          .map((evidence) => ({ message: 'a DHCP server listens here', evidence }));
      }),
  },
  {
    id: 'TIME-SKEW',
    severity: 'error',
    finds: 'a clock that differs from this computer’s by more than 2 s',
    fix: 'let chrony run on the host: chronyc tracking',
    find: ({ hosts }) =>
      [...hosts].flatMap(([on, { skewMs, answeredInMs }]) =>
        Math.abs(skewMs) <= SKEW_LIMIT_MS + answeredInMs
          ? []
          : [
              {
                on,
                message: `its clock is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'ahead' : 'behind'}`,
                evidence: `date: ${Math.round(skewMs)} ms, answered in ${answeredInMs} ms`,
              },
            ],
      ),
  },
  {
    id: 'DISK-FULL',
    severity: 'error',
    finds: 'the file system of the lab’s disks or files, or its inodes, more than 90 % full',
    fix: 'remove leftovers (labwright lab apply --prune), or give the lab a larger disk',
    find: ({ hosts }) =>
      [...hosts].flatMap(([on, { disk }]) => {
        const worst =
          disk.usedPercent > FULL_PERCENT
            ? `${disk.usedPercent} % used`
            : disk.inodesUsedPercent > FULL_PERCENT
              ? `${disk.inodesUsedPercent} % of its inodes used`
              : undefined;
        return worst === undefined ? [] : [{ on, message: `the disk of ${disk.path} is full: ${worst}`, evidence: `df: ${disk.availableMiB} MiB available` }];
      }),
  },
  {
    id: 'DISK-SLOW',
    severity: 'warning',
    finds: 'a disk that takes more than 10 ms for a synchronous write: etcd loses its leader on it',
    fix: 'put the lab’s disks on a faster pool (servers.NAME.pools, clusters.NAME.pool), and measure with fio --fdatasync=1 --bs=2300',
    find: (facts) =>
      eachHost(facts, (server, { syncMs, disk }) =>
        // A lab under TCG installs nothing that has an etcd.
        facts.plan.accel !== 'kvm' || machinesOn(facts.plan, server.name).length === 0 || syncMs === undefined || syncMs <= SYNC_LIMIT_MS
          ? []
          : [{ message: `the disk of ${disk.path} is slow`, evidence: `dd oflag=dsync bs=2300: ${syncMs.toFixed(1)} ms for each write` }],
      ),
  },
  {
    id: 'MEM-OUT',
    severity: 'error',
    finds: 'a server without the memory for the machines that are still to start',
    fix: 'stop what uses it, or place clusters elsewhere',
    find: (facts) =>
      eachHost(facts, (server, host) => {
        const running = new Set(
          facts.state.servers
            .get(server.name)
            ?.domains.filter(({ state }) => state !== 'shut off')
            .map(({ uuid }) => uuid),
        );
        const needed = machinesOn(facts.plan, server.name).reduce((sum, one) => sum + (running.has(one.uuid) ? 0 : one.memoryMiB), 0);
        if (needed <= host.memoryAvailableMiB) return [];
        return [{ message: `machines that are to start need ${needed} MiB`, evidence: `/proc/meminfo: MemAvailable ${host.memoryAvailableMiB} MiB` }];
      }),
  },
  {
    id: 'VM-NESTED',
    severity: 'warning',
    finds: 'a server without nested virtualisation: what installs inside a VM takes hours',
    fix: 'load kvm_intel or kvm_amd with nested=1',
    find: (facts) =>
      eachHost(facts, (server, { nested }) =>
        facts.plan.accel !== 'kvm' || machinesOn(facts.plan, server.name).length === 0 || /^(Y|1)$/m.test(nested ?? '')
          ? []
          : [{ message: 'VMs cannot run VMs', evidence: `/sys/module/kvm_*/parameters/nested: ${nested ?? 'no kvm module'}` }],
      ),
  },
  {
    id: 'VM-CPU',
    severity: 'error',
    finds: 'a server whose processor RHCOS does not boot on: it asks for x86-64-v2',
    fix: 'place clusters on other servers; in a VM as server, give it the host’s CPU (host-passthrough)',
    find: (facts) =>
      eachHost(facts, (server, { cpuFlags }) => {
        const missing = X86_64_V2.filter((flag) => !cpuFlags.includes(flag));
        // Under TCG, and on other processors, it is not this one that counts.
        if (facts.plan.accel !== 'kvm' || machinesOn(facts.plan, server.name).length === 0 || cpuFlags.length === 0 || missing.length === 0) return [];
        return [{ message: 'VMs with its CPU cannot boot RHCOS', evidence: `/proc/cpuinfo: no ${missing.join(', ')}` }];
      }),
  },
  {
    id: 'LIBVIRT-VER',
    severity: 'error',
    finds: 'a server whose libvirt has no UEFI for the VMs that need it',
    fix: 'labwright lab prepare; or install ovmf (Debian), edk2-ovmf (RHEL)',
    find: (facts) =>
      eachHost(facts, (server, { efi }) =>
        efi === false && machinesOn(facts.plan, server.name).some(({ firmware, directBoot }) => firmware === 'efi' && !directBoot)
          ? [{ message: 'VMs cannot start by UEFI', evidence: 'virsh domcapabilities: no firmware efi' }]
          : [],
      ),
  },
];

type Local = Omit<Found, 'on'>;

function eachServer({ plan }: LabFacts, look: (server: PlannedServer) => readonly Local[]): Found[] {
  return plan.servers.flatMap((server) => look(server).map((found) => ({ on: server.name, ...found })));
}

/** Servers that answered; the others are told once, by SSH-REACH. */
function eachHost(facts: LabFacts, look: (server: PlannedServer, host: HostFacts) => readonly Local[]): Found[] {
  return eachServer(facts, (server) => {
    const host = facts.hosts.get(server.name);
    return host === undefined ? [] : look(server, host);
  });
}

function bridgeOf(plan: LabPlan, server: PlannedServer, host: HostFacts): Link | undefined {
  const { bridge } = placeOf(plan, server.name).network;
  return host.links.find(({ ifname }) => ifname === bridge);
}
