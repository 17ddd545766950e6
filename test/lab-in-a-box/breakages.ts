const IMAGES = '/var/lib/libvirt/images/labwright-tiny';
const DNSMASQ = '/var/lib/dnsmasq/labwright-tiny';
const CONF = '/etc/labwright/tiny/dnsmasq.d';
const RELOAD = `kill "$(cat /run/labwright-tiny-dnsmasq.pid)"; sleep 0.3
dnsmasq --conf-file=/dev/null --conf-dir=${CONF},'*.conf' --pid-file=/run/labwright-tiny-dnsmasq.pid --log-facility=${DNSMASQ}/dnsmasq.log`;
const TWIN = `<domain type="qemu"><name>stranger</name><memory unit="MiB">64</memory><os><type>hvm</type></os>
<devices><interface type="bridge"><mac address="52:54:00:00:01:04"/><source bridge="br0"/></interface></devices></domain>`;

/** A lab with one thing broken, and how its check tells it. */
export interface Breakage {
  readonly finds: readonly string[];
  readonly on: string;
  /** In the shell of that machine. */
  readonly harm: string;
  readonly mend: string;
  readonly message: RegExp;
  /** On another machine, around it. */
  readonly before?: readonly [machine: string, script: string];
  readonly after?: readonly [machine: string, script: string];
}

/** On the machines and files of the lab `tiny`: mno1 on server1, sno1 on server2. */
export const BREAKAGES: readonly Breakage[] = [
  {
    finds: ['NET-MTU on server1'],
    on: 'server1',
    harm: 'ip link set br0 mtu 1400',
    mend: 'ip link set br0 mtu 1500',
    message: /br0 has MTU 1400, planned is 1500/,
  },
  {
    finds: ['BR-STP on server1'],
    on: 'server1',
    harm: 'ip link set br0 type bridge forward_delay 200 stp_state 1; sleep 5',
    mend: 'ip link set br0 type bridge stp_state 0; ip link set br0 type bridge forward_delay 0',
    message: /br0 runs spanning tree/,
  },
  {
    finds: ['NET-DHCP-ROGUE on jumphost', 'DHCP-PORT on server2'],
    on: 'server2',
    harm: 'dnsmasq --conf-file=/dev/null --port=0 --interface=br0 --bind-interfaces --dhcp-range=192.168.77.200,192.168.77.210 --dhcp-leasefile=/run/rogue.leases --pid-file=/run/rogue.pid',
    mend: 'kill "$(cat /run/rogue.pid)"',
    message: /192\.168\.77\.3 offers addresses/,
  },
  {
    finds: ['NET-RA-ROGUE on jumphost', 'NET-DHCP-ROGUE on jumphost'],
    on: 'server2',
    harm: 'ip address add fd00:99::3/64 dev br0 nodad; dnsmasq --conf-file=/dev/null --port=0 --interface=br0 --bind-interfaces --enable-ra --dhcp-range=fd00:99::100,fd00:99::200,64 --dhcp-leasefile=/run/rogue.leases --pid-file=/run/rogue.pid; sleep 1',
    mend: 'kill "$(cat /run/rogue.pid)"; ip address delete fd00:99::3/64 dev br0',
    message: /fe80:\S+ offers addresses on the lab’s network/,
  },
  {
    finds: ['BR-FILTER on server1'],
    on: 'server1',
    harm: 'bridge link set dev eno2 bcast_flood off',
    mend: 'bridge link set dev eno2 bcast_flood on',
    message: /nothing comes back to a port of br0/,
  },
  {
    finds: ['NET-MTU on server1', 'NET-MTU on server2'],
    on: 'jumphost',
    harm: 'ip link set eno2 mtu 1400',
    mend: 'ip link set eno2 mtu 1500',
    message: /packets of 1500 bytes do not pass between br0 and the jumphost/,
  },
  {
    finds: ['NET-DHCP-DEAD on server2'],
    on: 'jumphost',
    harm: `cp ${DNSMASQ}/dhcp-hosts.d/sno1 /run/sno1; : >${DNSMASQ}/dhcp-hosts.d/sno1; ${RELOAD}`,
    mend: `cp /run/sno1 ${DNSMASQ}/dhcp-hosts.d/sno1; ${RELOAD}`,
    message: /DHCP offers nothing to sno1-master-0/,
    before: ['server2', 'virsh --connect qemu:///system destroy sno1-master-0'],
    after: ['server2', 'virsh --connect qemu:///system start sno1-master-0'],
  },
  {
    finds: ['NET-PORTS on server1', 'NET-PORTS on server2'],
    on: 'jumphost',
    harm: `nft add table ip closed; nft add chain ip closed in '{ type filter hook input priority 0; }'; nft add rule ip closed in ip saddr != 192.168.77.1 udp dport 53 drop`,
    mend: 'nft delete table ip closed',
    message: /a VM gets no answer from the lab’s DNS/,
  },
  {
    finds: ['NET-IP-DUP-LIVE on jumphost'],
    on: 'server2',
    harm: 'ip address add 192.168.77.18/24 dev br0',
    mend: 'ip address delete 192.168.77.18/24 dev br0',
    message: /192\.168\.77\.18, api VIP of mno1, is used by \S+ \(not in this lab\)/,
  },
  {
    finds: ['NET-LEASE-STALE on jumphost'],
    on: 'jumphost',
    harm: `cp ${DNSMASQ}/dnsmasq.leases /run/leases; echo '9999999999 52:54:00:99:99:99 192.168.77.20 old *' >>${DNSMASQ}/dnsmasq.leases`,
    mend: `cat /run/leases >${DNSMASQ}/dnsmasq.leases`,
    message: /192\.168\.77\.20 of master-0 of mno1 is leased to 52:54:00:99:99:99/,
  },
  {
    finds: ['NET-DHCP-FALLBACK on jumphost'],
    on: 'jumphost',
    harm: `cp ${DNSMASQ}/dnsmasq.leases /run/leases; sed -i '/52:54:00:00:01:05/d' ${DNSMASQ}/dnsmasq.leases; echo '9999999999 52:54:00:00:01:05 192.168.77.99 master-1 *' >>${DNSMASQ}/dnsmasq.leases`,
    mend: `cat /run/leases >${DNSMASQ}/dnsmasq.leases`,
    message: /master-1 of mno1 has 192\.168\.77\.99 instead of 192\.168\.77\.21/,
  },
  {
    // A dnsmasq that is older than a line of the configuration: the candidate does not start.
    finds: ['DNS-SYNTAX on jumphost'],
    on: 'jumphost',
    harm: String.raw`real=$(command -v dnsmasq); mkdir -p /run/real; cp "$real" /run/real/dnsmasq
printf '#!/bin/sh\ncase "$*" in *--test*|*candidate*) echo "bad option at line 3" >&2; exit 1 ;; esac\nexec /run/real/dnsmasq "$@"\n' >/run/dnsmasq.old
chmod +x /run/dnsmasq.old; mount --bind /run/dnsmasq.old "$real"`,
    mend: 'umount "$(command -v dnsmasq)"',
    message: /dnsmasq refuses the planned configuration/,
  },
  {
    finds: ['DNS-RECORD on jumphost'],
    on: 'jumphost',
    harm: `cp ${CONF}/20-cluster-mno1.conf /run/mno1.conf; sed -i s/192.168.77.21/192.168.77.99/ ${CONF}/20-cluster-mno1.conf; ${RELOAD}`,
    mend: `cp /run/mno1.conf ${CONF}/20-cluster-mno1.conf; ${RELOAD}`,
    message: /master-1\.mno1\.tiny\.lab A should be 192\.168\.77\.21/,
  },
  {
    finds: ['DNS-WILDCARD on jumphost'],
    on: 'jumphost',
    harm: `echo 'address=/tiny.lab/192.168.77.99' >${CONF}/99-wide.conf; ${RELOAD}`,
    mend: `rm ${CONF}/99-wide.conf; ${RELOAD}`,
    message: /validatenowildcarddns\.mno1\.tiny\.lab A should be no such name/,
  },
  {
    finds: ['NET-DHCP-DEAD on jumphost'],
    on: 'jumphost',
    harm: 'kill "$(cat /run/labwright-tiny-dnsmasq.pid)"; sleep 0.3',
    mend: RELOAD.split('\n')[1]!,
    message: /does not run/,
  },
  {
    finds: ['BMC-PORT on jumphost'],
    on: 'jumphost',
    harm: 'python3 -m http.server 8443 >/dev/null 2>&1 & echo $! >/run/web.pid; sleep 1',
    mend: 'kill "$(cat /run/web.pid)"',
    message: /port 8443/,
  },
  {
    finds: ['NET-MAC-DUP on server2'],
    on: 'server2',
    harm: `printf '%s' '${TWIN}' | virsh --connect qemu:///system define /dev/stdin`,
    mend: 'virsh --connect qemu:///system undefine stranger',
    message: /stranger has the MAC 52:54:00:00:01:04 of mno1-master-0 \(planned\)/,
  },
  {
    finds: ['VM-STATE on server1'],
    on: 'server1',
    harm: 'virsh --connect qemu:///system suspend mno1-master-1',
    mend: 'virsh --connect qemu:///system resume mno1-master-1',
    message: /mno1-master-1 is paused/,
  },
  {
    finds: ['DISK-FULL on server2'],
    on: 'server2',
    harm: `mount -t tmpfs -o size=1m tmpfs ${IMAGES}; dd if=/dev/zero of=${IMAGES}/full bs=1k count=1000 status=none`,
    mend: `umount ${IMAGES}`,
    message: /is full: \d+ % used/,
  },
  {
    finds: ['TIME-SKEW on server1'],
    on: 'server1',
    harm: String.raw`printf '#!/bin/sh\necho $(($(cat /proc/uptime | cut -d. -f1) * 1000))\n' >/run/date; chmod +x /run/date; mount --bind /run/date "$(command -v date)"`,
    mend: 'umount "$(command -v date)"',
    message: /its clock is \d+ s behind/,
  },
  {
    finds: ['MEM-OUT on server2'],
    on: 'server2',
    harm: `virsh --connect qemu:///system destroy sno1-master-0; echo 'MemAvailable: 2048 kB' >/run/meminfo; mount --bind /run/meminfo /proc/meminfo`,
    mend: 'umount /proc/meminfo; virsh --connect qemu:///system start sno1-master-0',
    message: /machines that are to start need 128 MiB/,
  },
  {
    finds: ['SSH-REACH on server2'],
    on: 'server2',
    harm: 'kill "$(cat /run/sshd.pid)"',
    mend: '/usr/sbin/sshd -f /run/sshd_config',
    message: /cannot be reached/,
  },
];
