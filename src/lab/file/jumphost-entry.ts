import * as z from 'zod';
import { Name, Nic, Port } from './scalars.ts';
import { Ssh } from './server-entry.ts';

/** What the jumphost does for its lab beside DHCP and DNS (reference/lab-and-libvirt.md §2.6, §2.7). */
const Services = z.strictObject({
  ntp: z
    .strictObject({ upstreams: z.array(z.string().regex(/^[\w.:-]+$/, 'write a host name or an address')).default([]) })
    .prefault({})
    .describe('chrony; without upstreams it is its own source of time'),
  http_store: z
    .strictObject({
      port: Port.default(8080),
      root: z.string().default('/var/www/labwright'),
      serve: z.boolean().default(false).describe('lab prepare sets it up, with nginx; else you do'),
    })
    .optional()
    .describe('files for installations, over HTTP'),
  registry: z
    .strictObject({
      port: Port.default(5000),
      root: z.string().default('/var/lib/registry'),
      ca: z.string().optional().describe('file on the jumphost with the CA of its certificate, which clusters get too'),
      serve: z.boolean().default(false).describe('lab prepare sets it up, with TLS and a password of its own; else you do'),
      mirror: z.boolean().default(false).describe('disconnected jobs copy what their release needs into it first; else it has to be there'),
      additional_images: z
        .array(z.string().regex(/^[\w.-]+(?::\d+)?\/[\w./-]+@sha256:[0-9a-f]{64}$/, 'write HOST/REPOSITORY@sha256:DIGEST'))
        .default([])
        .describe('mirrored too, by digest: of operators and catalogues, for instance'),
    })
    .optional()
    .describe('a mirror registry, at registry.<domain>'),
  job_ports: z
    .string()
    .regex(/^\d{1,5}-\d{1,5}$/, 'write a range as 20000-20999')
    .default('20000-20999')
    .describe('what jobs may open for machines of the lab'),
  firewall: z
    .enum(['none', 'nftables', 'firewalld'])
    .default('none')
    .describe('who lets the lab reach the jumphost and, with an uplink, the outside (NAT); none: you do'),
});

export const Jumphost = z.strictObject({
  name: Name.default('jumphost'),
  address: z.string().describe('in the lab network: DHCP, DNS, NTP and the way out'),
  address6: z.string().optional(),
  nic: Nic.describe('the interface that faces the servers'),
  uplink: Nic.optional().describe('the interface that faces the outside'),
  ssh: Ssh.optional(),
  services: Services.prefault({}),
});
