import { outsideResolvers } from '../outside-resolvers.ts';
import { servedByLibvirt } from '../served-by-libvirt.ts';
import { closedDns, closedService, missingOffers } from './bridge-checks.ts';
import type { Check, Found, LabFacts } from './check.ts';

const BMC_PORT = ':8443 ';

/** Checks of the jumphost: its NIC, DHCP, DNS and way out. */
export const jumphostChecks: readonly Check[] = [
  {
    id: 'JUMPHOST-NIC',
    severity: 'error',
    finds: 'the jumphost’s NIC that faces the servers, missing or without its address',
    fix: 'give the NIC its address, or name the right NIC in the lab file',
    find: ({ plan: { jumphost }, state }) => {
      const found = state.jumphost?.nicAddresses;
      if (state.jumphost === undefined || found?.includes(jumphost.address)) return [];
      const evidence = found ? `${jumphost.nic}: ${found.join(', ') || 'no address'}` : `ip link show dev ${jumphost.nic}: does not exist`;
      return [{ on: jumphost.name, message: `${jumphost.nic} does not have ${jumphost.address}`, evidence }];
    },
  },
  {
    id: 'NET-DHCP-DEAD',
    severity: 'error',
    finds: 'the lab’s dnsmasq, not running, or without an offer for a machine that is off',
    fix: 'run labwright lab apply; what dnsmasq says stands in its log under /var/lib/dnsmasq',
    find: (facts) => [
      ...(facts.state.jumphost?.dnsmasq.running === false && !servedByLibvirt(facts.plan)
        ? [{ on: facts.plan.jumphost.name, message: 'no DHCP and DNS: the lab’s dnsmasq does not run', evidence: 'its pid file names no living dnsmasq' }]
        : []),
      ...missingOffers(facts),
    ],
  },
  {
    id: 'NET-PORTS',
    severity: 'error',
    finds: 'a service of the jumphost that VMs cannot reach',
    fix: 'open the port on the jumphost’s firewall for the lab’s NIC: firewall-cmd --list-all, nft list ruleset',
    find: closedDns,
  },
  {
    id: 'HTTP-STORE',
    severity: 'error',
    finds: 'the jumphost’s HTTP store, which VMs cannot connect to',
    fix: 'start the web server on the jumphost, and open its port for the lab’s NIC',
    find: (facts) => closedService(facts, 'httpStore', 'HTTP store'),
  },
  {
    id: 'REG-ACCESS',
    severity: 'error',
    finds: 'the jumphost’s registry, which VMs cannot connect to',
    fix: 'start the registry on the jumphost, and open its port for the lab’s NIC',
    find: (facts) => closedService(facts, 'registry', 'registry'),
  },
  {
    id: 'CERT-TIME',
    severity: 'error',
    finds: 'a certificate of the jumphost’s registry that ends within a week',
    fix: 'renew it before the next installation, and give its CA to the clusters that have the former one',
    find: ({ plan, hosts }) => {
      const { registryCertificateEnds: ends } = hosts.get(plan.jumphost.name) ?? {};
      if (ends === undefined || !ends.soon) return [];
      return [
        {
          on: plan.jumphost.name,
          message: 'the certificate of the registry ends within a week, or has ended',
          evidence: `openssl s_client: notAfter=${ends.at}`,
        },
      ];
    },
  },
  {
    id: 'DNS-SYNTAX',
    severity: 'error',
    finds: 'a configuration that dnsmasq refuses',
    fix: 'change the lab file, or update dnsmasq on the jumphost',
    find: ({ plan, dnsmasqRefusal }) =>
      dnsmasqRefusal === undefined ? [] : [{ on: plan.jumphost.name, message: 'dnsmasq refuses the planned configuration', evidence: dnsmasqRefusal }],
  },
  {
    id: 'NET-LEASE-STALE',
    severity: 'error',
    finds: 'a planned address that is leased to another MAC',
    fix: 'run labwright lab apply, which drops the lease',
    find: staleLeases,
  },
  {
    id: 'NET-DHCP-FALLBACK',
    severity: 'error',
    finds: 'a machine that DHCP gave another address than planned',
    fix: 'run labwright lab apply, then restart the machine: an installation on that address fails late',
    find: strayLeases,
  },
  {
    id: 'NET-ROUTE',
    severity: 'error',
    finds: 'a jumphost with an uplink that cannot lead the lab out',
    fix: 'give it a default route, and net.ipv4.ip_forward=1',
    find: ({ plan: { jumphost }, hosts }) => {
      const host = hosts.get(jumphost.name);
      if (jumphost.uplink === undefined || host === undefined) return [];
      const noRoute = host.defaultRoutes.length === 0 ? [{ on: jumphost.name, message: 'no default route', evidence: 'ip route show default: nothing' }] : [];
      const noForward = host.forwards ? [] : [{ on: jumphost.name, message: 'packets are not forwarded', evidence: 'net.ipv4.ip_forward = 0' }];
      return [...noRoute, ...noForward];
    },
  },
  {
    id: 'DNS-UPSTREAM',
    severity: 'warning',
    finds: 'a jumphost with an uplink that knows no resolver for names outside',
    fix: 'name one in its resolv.conf, other than itself',
    find: ({ plan, state: { jumphost } }) => {
      if (plan.jumphost.uplink === undefined || jumphost === undefined || outsideResolvers(plan, jumphost).length > 0) return [];
      return [
        { on: plan.jumphost.name, message: 'names outside the lab cannot be resolved', evidence: `nameserver ${jumphost.resolvers.join(', ') || 'none'}` },
      ];
    },
  },
  {
    id: 'BMC-PORT',
    severity: 'error',
    finds: 'the port of the lab’s BMCs, taken by another program',
    fix: 'stop that program, or let it listen on another port',
    find: ({ plan, hosts }) =>
      (hosts.get(plan.jumphost.name)?.tcpListeners ?? [])
        .filter((line) => line.includes(BMC_PORT) && !/pid=.*\blabwright\b/.test(line))
        .map((evidence) => ({ on: plan.jumphost.name, message: 'port 8443, where the lab’s BMCs are served, is taken', evidence })),
  },
];

function staleLeases({ plan, state }: LabFacts): Found[] {
  const owners = new Map(
    plan.clusters.flatMap(({ active, name, nodes }) =>
      active ? nodes.flatMap((node) => node.addresses.map((address) => [address, { ...node, cluster: name }] as const)) : [],
    ),
  );
  return (state.jumphost?.dnsmasq.leases ?? []).flatMap(({ mac, address }) => {
    const owner = owners.get(address);
    if (owner === undefined || owner.mac === mac) return [];
    return [
      {
        on: plan.jumphost.name,
        cluster: owner.cluster,
        message: `${address} of ${owner.name} of ${owner.cluster} is leased to ${mac}`,
        evidence: `lease file: ${mac} ${address}; planned for ${owner.mac}`,
      },
    ];
  });
}

/** Leases of other networks are of NICs with MACs of their own. */
function strayLeases({ plan, state }: LabFacts): Found[] {
  const nodes = new Map(
    plan.clusters.flatMap(({ active, name, nodes: all }) => (active ? all.map((node) => [node.mac, { ...node, cluster: name }] as const) : [])),
  );
  return (state.jumphost?.dnsmasq.leases ?? []).flatMap(({ mac, address }) => {
    const node = nodes.get(mac);
    if (node === undefined || node.addresses.includes(address)) return [];
    return [
      {
        on: plan.jumphost.name,
        cluster: node.cluster,
        message: `${node.name} of ${node.cluster} has ${address} instead of ${node.addresses.join(', ')}`,
        evidence: `lease file: ${mac} ${address}`,
      },
    ];
  });
}
