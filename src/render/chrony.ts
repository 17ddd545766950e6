import type { LabPlan } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';
import { sealed } from './sealed.ts';

/**
 * What chrony of the jumphost reads beside the distribution's own file (reference/lab-and-libvirt.md §2.7): it is the lab's one source of time, from outside
 * where it has one, and by itself when that is gone: machines that disagree fail later than machines that are all wrong.
 * @throws `bad_input` for an upstream that would end its line.
 */
export function renderChrony(plan: LabPlan): string {
  const { ntpUpstreams } = plan.jumphost.services;
  const sources = ntpUpstreams.map((upstream) => `${isPool(upstream) ? 'pool' : 'server'} ${word(upstream)} iburst`);
  return sealed(plan.lab, [...sources, 'local stratum 10', ...timedNetworks(plan).map((cidr) => `allow ${cidr}`), 'makestep 1.0 3']);
}

/** The same for a server: whatever sources it has, it believes the jumphost. */
export function renderServerChrony(plan: LabPlan): string {
  return sealed(plan.lab, [`server ${word(plan.jumphost.address)} iburst prefer trust`, 'makestep 1.0 3']);
}

/** Networks that the jumphost gives the time to. */
export function timedNetworks({ networks }: Pick<LabPlan, 'networks'>): string[] {
  return networks.flatMap(({ cidr, cidr6 }) => [cidr, ...(cidr6 === undefined ? [] : [cidr6])]);
}

/** A name that stands for many servers. */
function isPool(upstream: string): boolean {
  return /(^|\.)pool\./.test(upstream);
}

function word(value: string): string {
  if (/^[\w.:-]+$/.test(value)) return value;
  throw new LabwrightError('bad_input', `chrony cannot hold ${JSON.stringify(value)}`, { hint: 'write a host name or an address' });
}
