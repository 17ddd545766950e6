import type { LabPlan } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';
import { OWNER_HEADER } from './dnsmasq.ts';

/**
 * chrony.conf of the jumphost (reference/lab-and-libvirt.md §2.7): the lab's one source of time, from outside where it has one, and by itself when that is
 * gone: machines that disagree fail later than machines that are all wrong. @throws `bad_input` for an upstream that would end its line.
 */
export function renderChrony(plan: LabPlan): string {
  const { ntpUpstreams } = plan.jumphost.services;
  const sources = ntpUpstreams.map((upstream) => `${isPool(upstream) ? 'pool' : 'server'} ${word(upstream)} iburst`);
  const networks = plan.networks.flatMap(({ cidr, cidr6 }) => [cidr, ...(cidr6 === undefined ? [] : [cidr6])]);
  return `${[
    `${OWNER_HEADER}${plan.lab}`,
    ...sources,
    'local stratum 10',
    ...networks.map((cidr) => `allow ${cidr}`),
    'makestep 1.0 3',
    'rtcsync',
    'driftfile /var/lib/chrony/drift',
  ].join('\n')}\n`;
}

/** chrony.conf of a server: the jumphost is its time. */
export function renderServerChrony(plan: LabPlan): string {
  return `${[`${OWNER_HEADER}${plan.lab}`, `server ${word(plan.jumphost.address)} iburst`, 'makestep 1.0 3', 'rtcsync', 'driftfile /var/lib/chrony/drift'].join('\n')}\n`;
}

/** A name that stands for many servers. */
function isPool(upstream: string): boolean {
  return /(^|\.)pool\./.test(upstream);
}

function word(value: string): string {
  if (/^[\w.:-]+$/.test(value)) return value;
  throw new LabwrightError('bad_input', `chrony cannot hold ${JSON.stringify(value)}`, { hint: 'write a host name or an address' });
}
