import type { LabPlan } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';
import { OWNER_HEADER } from './dnsmasq.ts';
import { jumphostPorts } from './jumphost-ports.ts';

/**
 * The jumphost's rules as a table of the lab's own, for `nft -f`; loading it again replaces it (reference/lab-and-libvirt.md §2.6).
 *
 * From the lab it lets in what its services need, and nothing else. With an uplink the lab reaches the outside by NAT, and the outside reaches nothing.
 * Clusters reach each other freely. Other interfaces are left as they are. @throws `bad_input` for an interface name that nft cannot hold.
 */
export function renderNftables(plan: LabPlan): string {
  const { nic, uplink } = plan.jumphost;
  const table = `inet labwright_${plan.lab.replaceAll('-', '_')}`;
  const lab = quoted(nic);
  const ports = jumphostPorts(plan);
  const of = (protocol: 'tcp' | 'udp'): string => ports.flatMap((one) => (one.protocol === protocol ? [one.port] : [])).join(', ');
  const outside =
    uplink === undefined
      ? ''
      : `
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname ${lab} oifname ${lab} accept
    iifname ${lab} oifname ${quoted(uplink)} accept
    iifname ${quoted(uplink)} oifname ${lab} ct state established,related accept
    oifname ${lab} drop
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
${families(plan)
  .map(({ word, cidrs }) => `    ${word} saddr { ${cidrs.join(', ')} } ${word} daddr != { ${cidrs.join(', ')} } oifname ${quoted(uplink)} masquerade`)
  .join('\n')}
  }`;
  return `${OWNER_HEADER}${plan.lab}
# ${ports.map(({ protocol, port, what }) => `${what} ${port}/${protocol}`).join(', ')}
table ${table}
delete table ${table}
table ${table} {
  chain input {
    type filter hook input priority filter; policy accept;
    iifname ${lab} jump from_lab
  }
  chain from_lab {
    ct state established,related accept
    meta l4proto { icmp, ipv6-icmp, igmp } accept
    tcp dport { ${of('tcp')} } accept
    udp dport { ${of('udp')} } accept
    drop
  }${outside}
}
`;
}

/** The lab's networks by family, as nft names the families. */
function families({ networks }: LabPlan): { readonly word: 'ip' | 'ip6'; readonly cidrs: readonly string[] }[] {
  const all = networks.filter(({ mode }) => mode === 'bridge').flatMap(({ cidr, cidr6 }) => [cidr, ...(cidr6 === undefined ? [] : [cidr6])]);
  return (['ip', 'ip6'] as const)
    .map((word) => ({ word, cidrs: all.filter((cidr) => cidr.includes(':') === (word === 'ip6')) }))
    .filter(({ cidrs }) => cidrs.length > 0);
}

function quoted(name: string): string {
  if (/^[\w.@-]{1,15}$/.test(name)) return `"${name}"`;
  throw new LabwrightError('bad_input', `nftables cannot hold ${JSON.stringify(name)}`, { hint: 'use letters, digits, dots and dashes' });
}
