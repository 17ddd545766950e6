import { plannedAddresses, type Check, type Found, type LabFacts } from './check.ts';
import { expectedRecords, type ExpectedRecord } from './expected-records.ts';

/** Checks of what the segment answered, asked from the jumphost. */
export const segmentChecks: readonly Check[] = [
  {
    id: 'NET-IP-DUP-LIVE',
    severity: 'error',
    finds: 'a planned address that another MAC answers for',
    fix: 'find that MAC (bridge fdb show br br0 on the servers, or the switch), and stop it or give it another address',
    find: duplicateAddresses,
  },
  {
    id: 'NET-VIP',
    severity: 'error',
    finds: 'a VIP that several masters hold at once: they do not hear each other, or another cluster has their VRRP router id',
    fix: 'look at VRRP between the masters (tcpdump -i br0 proto 112); labwright lab plan warns of clusters with one id',
    find: sharedVips,
  },
  {
    id: 'NET-DHCP-ROGUE',
    severity: 'error',
    finds: 'a DHCP server beside the lab’s, which offers addresses to strangers',
    fix: 'stop it: usual culprits are a network of libvirt on the bridge, a provisionhost’s metal3, podman',
    find: ({ plan, segment }) =>
      (segment?.offers ?? []).map(({ server, address, mac }) => ({
        on: plan.jumphost.name,
        message: `${server} offers addresses on the lab’s network`,
        evidence: `${address.includes(':') ? 'DHCPv6 advertisement' : 'DHCPOFFER'} of ${address} from ${server} (${mac}) to a MAC that nobody plans`,
      })),
  },
  {
    id: 'NET-RA-ROGUE',
    severity: 'error',
    finds: 'an IPv6 router beside the jumphost, which gives every node addresses and a way out of its own',
    fix: 'stop it (radvd, a router’s own setting, a network of libvirt), or let the switch drop router advertisements',
    find: ({ plan, segment }) =>
      (segment?.routers ?? []).map(({ router, mac, prefixes }) => ({
        on: plan.jumphost.name,
        message: `${router} (${mac}) advertises itself as a router on the lab’s network`,
        evidence: `router advertisement from ${router}: ${prefixes.join(', ') || 'no prefix'}`,
      })),
  },
  {
    id: 'DNS-RECORD',
    severity: 'error',
    finds: 'a name of an active cluster that is wrong or missing in the lab’s DNS',
    fix: 'run labwright lab apply; when that changes nothing, another server answers on port 53 of the jumphost',
    find: (facts) => wrongRecords(facts, 'DNS-RECORD'),
  },
  {
    id: 'DNS-WILDCARD',
    severity: 'error',
    finds: 'a wildcard that answers for names which must not exist',
    fix: 'take the wildcard out of the base domain: installers refuse it (validateNoWildcardDNS)',
    find: (facts) => wrongRecords(facts, 'DNS-WILDCARD'),
  },
];

function duplicateAddresses({ plan, segment }: LabFacts): Found[] {
  if (segment === undefined) return [];
  const planned = plannedAddresses(plan);
  const machines = new Map(plan.machines.map(({ mac, name }) => [mac, name]));
  return Object.entries(segment.holders).flatMap(([address, macs]) => {
    const { cluster, owner, macs: own } = planned.get(address)!;
    const strangers = macs.filter((mac) => !own.includes(mac));
    // A VIP moves between its masters; that two of them say so at once is a matter of the installation.
    if (strangers.length === 0) return [];
    const names = strangers.map((mac) => `${mac} (${machines.has(mac) ? `machine ${machines.get(mac)}` : 'not in this lab'})`);
    return [
      {
        on: plan.jumphost.name,
        cluster,
        message: `${address}, ${owner}, is used by ${names.join(' and ')}`,
        evidence: `${address.includes(':') ? 'neighbour advertisements' : 'ARP replies'} for ${address}: ${macs.join(', ')}`,
      },
    ];
  });
}

/** A single node is its own VIP. */
function sharedVips({ plan, segment }: LabFacts): Found[] {
  const planned = plannedAddresses(plan);
  return Object.entries(segment?.holders ?? {}).flatMap(([address, macs]) => {
    const { cluster, owner, macs: own } = planned.get(address)!;
    const holders = macs.filter((mac) => own.includes(mac));
    if (holders.length < 2) return [];
    return [
      {
        on: plan.jumphost.name,
        cluster,
        message: `${address}, ${owner}, is held by ${holders.length} of its nodes at once`,
        evidence: `ARP replies for ${address}: ${holders.join(', ')}`,
      },
    ];
  });
}

function wrongRecords({ plan, segment, state }: LabFacts, check: ExpectedRecord['check']): Found[] {
  // A dnsmasq that does not run is told by its own check.
  if (segment === undefined || state.jumphost?.dnsmasq.running !== true) return [];
  const answers = new Map(segment.dns.map((one) => [`${one.name} ${one.type}`, one]));
  return expectedRecords(plan).flatMap((expected) => {
    const answer = answers.get(`${expected.name} ${expected.type}`);
    if (expected.check !== check || answer === undefined || same(expected, answer)) return [];
    const wanted = expected.data.join(', ') || (expected.status === 'NXDOMAIN' ? 'no such name' : 'no data');
    return [
      {
        on: plan.jumphost.name,
        cluster: expected.cluster,
        message: `${expected.name} ${expected.type} should be ${wanted}`,
        evidence: `@${plan.jumphost.address}: ${answer.status} ${answer.data.join(', ')}`.trim(),
      },
    ];
  });
}

function same(expected: ExpectedRecord, answer: { readonly status: string; readonly data: readonly string[] }): boolean {
  return answer.status === expected.status && answer.data.join() === expected.data.join();
}
