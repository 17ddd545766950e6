import type { JumphostServices } from './plan.ts';

/** A jumphost that does DHCP, DNS and time alone. */
export const NO_SERVICES: JumphostServices = { ntpUpstreams: [], httpStore: undefined, registry: undefined, jobPorts: '20000-20999', firewall: 'none' };
