import type { LabPlan } from '../lab/plan.ts';
import { jumphostPorts } from './jumphost-ports.ts';
import { el, xmlText } from './xml.ts';

/** firewalld refuses longer names. */
const MAX_ZONE = 17;

/** What a lab's zones and policy are called: of its own NIC, of the uplink, and between them. */
export function firewalldNames({ lab }: Pick<LabPlan, 'lab'>): { readonly zone: string; readonly outside: string; readonly policy: string } {
  const named = (end: string): string => `lw-${lab}`.slice(0, MAX_ZONE - end.length) + end;
  return { zone: named(''), outside: named('-out'), policy: named('-pol') };
}

/** Begins the description of each: the mark of ownership. */
export function firewalldMark({ lab }: Pick<LabPlan, 'lab'>): string {
  return `Written by labwright for lab ${lab}:`;
}

/**
 * The same rules for firewalld (0.9 or later), path to text: a zone for the lab's interface, and with an uplink one for that, with NAT, and a policy between
 * them. To be put below its configuration folder, then `firewall-cmd --reload`.
 */
export function renderFirewalld(plan: LabPlan): ReadonlyMap<string, string> {
  const { nic, uplink } = plan.jumphost;
  const { zone, outside, policy } = firewalldNames(plan);
  const mark = firewalldMark(plan);
  const files = new Map<string, string>();
  files.set(
    `zones/${zone}.xml`,
    xmlText(
      el(
        'zone',
        // What no rule names is dropped without an answer, as everywhere a lab is.
        { target: 'DROP' },
        el('short', {}, zone),
        el('description', {}, `${mark} what its machines reach on the jumphost.`),
        el('interface', { name: nic }),
        ...jumphostPorts(plan).map(({ protocol, port }) => el('port', { protocol, port })),
        el('protocol', { value: 'icmp' }),
        el('protocol', { value: 'ipv6-icmp' }),
        // Clusters reach each other through the jumphost where they are in several networks.
        el('forward'),
      ),
    ),
  );
  if (uplink === undefined) return files;
  files.set(
    `zones/${outside}.xml`,
    xmlText(
      el(
        'zone',
        {},
        el('short', {}, outside),
        el('description', {}, `${mark} the way out.`),
        el('interface', { name: uplink }),
        el('service', { name: 'ssh' }),
        el('masquerade'),
      ),
    ),
  );
  files.set(
    `policies/${policy}.xml`,
    xmlText(
      el(
        'policy',
        { target: 'ACCEPT' },
        el('short', {}, policy),
        el('description', {}, `${mark} from the lab to the outside.`),
        el('ingress-zone', { name: zone }),
        el('egress-zone', { name: outside }),
      ),
    ),
  );
  return files;
}
