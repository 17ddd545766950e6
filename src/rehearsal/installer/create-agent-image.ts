import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { newUuid } from '../../util/ids.ts';
import { makeClusterCertificates } from '../api/access/cluster-certificates.ts';
import { AgentIso } from './agent-iso.ts';
import { newPassword, readState, writeAuth, writeState, type Task } from './install-folder.ts';
import { readManifests, type AgentConfig, type InstallConfig } from './read-manifests.ts';

const ISO_FILE = 'agent.x86_64.iso';
const State = z.object({ iso: AgentIso, password: z.string() });
type State = z.infer<typeof State>;

/** Reads and consumes `install-config.yaml` and `agent-config.yaml`, and writes `agent.x86_64.iso`, `auth/` and `rendezvousIP`. */
export async function createAgentImage({ dir, version, say }: Task): Promise<void> {
  const { iso, password } = (await readState(dir, State)) ?? (await createState(dir, version, say));
  await writeAuth(dir, iso.certificates, password);
  await writeFile(join(dir, 'rendezvousIP'), iso.rendezvousIP);
  await writeFile(join(dir, ISO_FILE), JSON.stringify(iso), { mode: 0o600 });
  say(`Generated ISO at ${join(dir, ISO_FILE)}`);
}

async function createState(dir: string, version: string, say: Task['say']): Promise<State> {
  const { install, agent } = readManifests(await readFile(join(dir, 'install-config.yaml'), 'utf8'), await readFile(join(dir, 'agent-config.yaml'), 'utf8'));
  say(`The rendezvous host IP (node0 IP) is ${agent.rendezvousIP}`);
  const state = { iso: await isoOf(install, agent, version), password: newPassword() };
  await writeState(dir, state);
  say('Consuming Install Config from target directory');
  say('Consuming Agent Config from target directory');
  await rm(join(dir, 'install-config.yaml'));
  await rm(join(dir, 'agent-config.yaml'));
  return state;
}

async function isoOf(install: InstallConfig, agent: AgentConfig, version: string): Promise<AgentIso> {
  const { name } = install.metadata;
  return {
    kind: 'abi',
    clusterId: newUuid(),
    cluster: name,
    baseDomain: install.baseDomain,
    version,
    rendezvousIP: agent.rendezvousIP,
    hosts: agent.hosts.map(({ hostname, role, interfaces, rootDeviceHints }) => ({
      hostname,
      role: role ?? 'master',
      mac: interfaces[0]!.macAddress.toLowerCase(),
      diskSerial: rootDeviceHints?.serialNumber,
    })),
    certificates: await makeClusterCertificates(name, { host: `api.${name}.${install.baseDomain}`, port: 6443 }),
  };
}
