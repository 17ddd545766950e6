import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { isLabwrightError, LabwrightError, messageOf } from '../../util/errors.ts';
import { newUuid } from '../../util/ids.ts';
import { makeClusterCertificates } from '../api/access/cluster-certificates.ts';
import { releaseVersionOf } from '../release/synthetic-release.ts';
import { AgentIso } from './agent-iso.ts';
import { readManifests, type AgentConfig, type InstallConfig } from './read-manifests.ts';

const IMAGE = /^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9][\w.-]*)+(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;
const STATE_FILE = '.openshift_install_state.json';
const ISO_FILE = 'agent.x86_64.iso';
/** The release a stand-in installs when nothing else is asked for. */
const OWN_VERSION = '4.18.0';

/** What an installer keeps in its folder: run again there, it goes on with the same cluster. */
const State = z.object({ iso: AgentIso, password: z.string() });
type State = z.infer<typeof State>;

type Say = (level: 'info' | 'error', message: string) => void;

/**
 * Stands in for `openshift-install agent create image --dir D`.
 *
 * Reads and consumes `install-config.yaml` and `agent-config.yaml`, and writes `agent.x86_64.iso`, `auth/kubeconfig`,
 * `auth/kubeadmin-password` and `rendezvousIP`, as the real one does; a state file makes a second run give the same CA.
 * The release comes from OPENSHIFT_INSTALL_RELEASE_IMAGE_OVERRIDE, as for the real one.
 *
 * @returns the exit code; says what it did line by line, on stderr unless told otherwise.
 */
export async function runOpenshiftInstall(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
  write: (line: string) => void = (line) => void process.stderr.write(line),
): Promise<number> {
  const say: Say = (level, message) => write(`level=${level} msg=${JSON.stringify(message)}\n`);
  const dirAt = argv.indexOf('--dir');
  const dir = argv[dirAt + 1];
  if (argv.slice(0, 3).join(' ') !== 'agent create image' || dirAt < 0 || dir === undefined) {
    say('error', `unknown command "${argv.join(' ')}": this stand-in knows agent create image --dir DIR`);
    return 1;
  }
  try {
    const version = versionOf(env['OPENSHIFT_INSTALL_RELEASE_IMAGE_OVERRIDE']);
    const state = (await readState(dir)) ?? (await createState(dir, version, say));
    await writeAssets(dir, state);
    say('info', `Generated ISO at ${join(dir, ISO_FILE)}`);
    return 0;
  } catch (error) {
    if (!isLabwrightError(error) && !isMissingFile(error)) throw error;
    say('error', `failed to write asset (Agent Installer ISO) to disk: ${messageOf(error)}`);
    return 3;
  }
}

/** `host[:port]/path[:tag][@digest]`, of which a version is read where there is one. @throws LabwrightError `bad_input` */
function versionOf(image: string | undefined): string {
  if (image === undefined) return OWN_VERSION;
  if (!IMAGE.test(image)) throw new LabwrightError('bad_input', `OPENSHIFT_INSTALL_RELEASE_IMAGE_OVERRIDE is no image: ${JSON.stringify(image)}`);
  return releaseVersionOf(image) ?? OWN_VERSION;
}

async function createState(dir: string, version: string, say: Say): Promise<State> {
  const { install, agent } = readManifests(await readFile(join(dir, 'install-config.yaml'), 'utf8'), await readFile(join(dir, 'agent-config.yaml'), 'utf8'));
  say('info', `The rendezvous host IP (node0 IP) is ${agent.rendezvousIP}`);
  const state = { iso: await isoOf(install, agent, version), password: `${word()}-${word()}-${word()}-${word()}` };
  await writeFile(join(dir, STATE_FILE), JSON.stringify(state), { mode: 0o600 });
  say('info', 'Consuming Install Config from target directory');
  say('info', 'Consuming Agent Config from target directory');
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

async function readState(dir: string): Promise<State | undefined> {
  try {
    return State.parse(JSON.parse(await readFile(join(dir, STATE_FILE), 'utf8')));
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    throw error;
  }
}

async function writeAssets(dir: string, { iso, password }: State): Promise<void> {
  await mkdir(join(dir, 'auth'), { recursive: true, mode: 0o750 });
  await writeFile(join(dir, 'auth', 'kubeconfig'), iso.certificates.kubeconfig, { mode: 0o640 });
  await writeFile(join(dir, 'auth', 'kubeadmin-password'), password, { mode: 0o640 });
  await writeFile(join(dir, 'rendezvousIP'), iso.rendezvousIP);
  await writeFile(join(dir, ISO_FILE), JSON.stringify(iso), { mode: 0o600 });
}

function word(): string {
  return randomBytes(5).toString('base64url').replaceAll(/[-_]/g, 'x').slice(0, 5);
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
