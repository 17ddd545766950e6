import { stringify } from 'yaml';
import type { LabPlan } from '../lab/plan.ts';

/** Where the registry of a lab has its files, on the jumphost. */
export interface RegistryFiles {
  /** Its configuration. */
  readonly config: string;
  /** CA of its certificate: what clusters and whoever mirrors trust. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  /** bcrypt, which is all it reads. */
  readonly htpasswd: string;
  /** In clear, for the agent; 0600. */
  readonly password: string;
  readonly folder: string;
  readonly unit: string;
}

/** The one account of a lab's registry. */
export const REGISTRY_USER = 'labwright';

export function registryFiles({ lab }: Pick<LabPlan, 'lab'>): RegistryFiles {
  const folder = `/etc/labwright/${lab}/registry`;
  const file = (name: string): string => `${folder}/${name}`;
  return {
    folder,
    config: file('config.yml'),
    ca: file('ca.pem'),
    certificate: file('tls.crt'),
    key: file('tls.key'),
    htpasswd: file('htpasswd'),
    password: file('password'),
    unit: `labwright-${lab}-registry.service`,
  };
}

/** What docker-registry reads (distribution 2.8, "Configuring a registry"); undefined for a lab whose registry somebody else serves. */
export function renderRegistryConfig(plan: LabPlan): string | undefined {
  const { registry } = plan.jumphost.services;
  if (registry?.serve !== true) return undefined;
  const { certificate, key, htpasswd } = registryFiles(plan);
  // One address is all it listens at; with two families that is every one, behind TLS and the password.
  const host = plan.jumphost.address6 === undefined ? plan.jumphost.address : '';
  const address = host.includes(':') ? `[${host}]` : host;
  const config = {
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: registry.root }, delete: { enabled: true }, cache: { blobdescriptor: 'inmemory' } },
    http: { addr: `${address}:${registry.port}`, tls: { certificate, key, minimumtls: 'tls1.2' } },
    auth: { htpasswd: { realm: `registry of lab ${plan.lab}`, path: htpasswd } },
  };
  return `# Written by labwright for lab ${plan.lab}.\n${stringify(config)}`;
}
