import { createServer, type Server } from 'node:https';
import { request, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { machineCredentials, type BmcCredentials } from '../../machines/bmc/credentials.ts';
import type { BmcAddress, BmcBackend, OpenBmc } from '../../machines/bmc/bmc.ts';
import { createOpenBmc } from '../../machines/bmc/redfish-client.ts';
import { createRedfishService } from '../../machines/bmc/redfish-service.ts';
import { endpointOf, type Endpoint } from '../../util/dial.ts';
import { LabwrightError } from '../../util/errors.ts';
import { localExec } from '../../util/exec.ts';
import { lazyFolder } from './lazy-folder.ts';
import { listenOnLoopback } from '../../util/listen-on-loopback.ts';
import { CAUSE_HEADER } from '../../util/step.ts';
import { createAuthority } from '../api/access/certificate-authority.ts';
import { createSimulatedClock, type SimulatedClock } from '../clock/simulated-clock.ts';
import { PARTICIPANT_HEADER } from '../clock/traffic.ts';
import type { InstallRequest } from '../installer/install-request.ts';
import type { InstallerWorld } from '../installer/installer-world.ts';
import { playIgnitions } from '../installer/play-ignitions.ts';
import { playInstallations } from '../installer/play-installations.ts';
import { serveHttpBehind } from './serve-http.ts';
import { UNTRUSTED } from '../controllers/metal3/register-host.ts';
import { FAULTS, type FaultName } from '../faults.ts';
import type { PowerEvent } from '../machines/machines.ts';
import { createSimulatedMachines } from '../machines/simulated-machines.ts';
import type { MachineSpec } from '../machines/simulated-machine.ts';
import { makeClusterCertificates } from '../api/access/cluster-certificates.ts';
import { createDialTable, type DialTable } from './dial-table.ts';
import { createGitHost } from './git-host.ts';
import { createMirrorHost } from './mirror-host.ts';
import type { OutsideRegistries } from './outside-registries.ts';
import { createFaultBoard } from './fault-board.ts';
import { createGreeters } from './listen-greeting.ts';
import type { ServeHubApi } from './hub-api.ts';
import { startHub, worldClient, type HubOptions, type RunningHub } from './hub.ts';
import { createSpokes } from './create-spokes.ts';
import type { Mutation, WorldDeps } from './world-deps.ts';
import type { WorldSpec } from './world-spec.ts';

/** Time begins on a full hour: where a second or a minute begins is part of the story that one seed tells. */
const HOUR_MS = 3_600_000;

export interface World {
  readonly clock: SimulatedClock;
  readonly dial: DialTable;
  readonly powerLog: readonly PowerEvent[];
  readonly mutations: readonly Mutation[];
  readonly hubs: ReadonlyMap<string, RunningHub>;
  /** CA of its Git host, as PEM; undefined when it has none. */
  readonly sitesCa: string | undefined;
  /** CA of its registry, as PEM; undefined when it has none. */
  readonly registryCa: string | undefined;
  /** Where a lab that mirrors gets its images from. */
  readonly outside: OutsideRegistries | undefined;
  /** `host:port` of all that was dialled or pulled from. */
  destinations(): readonly string[];
  /** The commit that branch main of its sites repository ends in. */
  sitesHead(): Promise<string | undefined>;
  /** Plays what an IPI installer does. @returns its exit code, at its end. */
  installCluster(request: InstallRequest): Promise<number>;
  /** Plays an installer that waits for what another one began. */
  awaitCluster(request: { readonly folder: string; readonly clusterId: string }): Promise<number>;
  /** Starts a hub that nobody had to install. */
  addHub(options: Omit<HubOptions, 'certificates' | 'version' | 'prepared'>): Promise<RunningHub>;
  close(): Promise<void>;
}

export interface WorldOptions extends Omit<WorldSpec, 'sites' | 'mirrored'> {
  /** Default: no registry. */
  readonly mirrored?: WorldSpec['mirrored'];
  /** Default: no Git host. */
  readonly sites?: WorldSpec['sites'];
  /** Default: the simulated API server. */
  readonly serveHubApi?: ServeHubApi;
  /** When time begins, in milliseconds since the epoch; default: the last full hour. */
  readonly startMs?: number;
  readonly log: (line: string) => void;
  /** Called when the world cannot go on. */
  readonly failed: (error: unknown) => void;
}

/** Makes a world in this process: machines, their BMCs, and hubs as they come up; nothing of it is reachable but by its dial table. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const { plan, seed, log } = options;
  const clock = createSimulatedClock({ startMs: options.startMs ?? Math.floor(Date.now() / HOUR_MS) * HOUR_MS, speed: options.speed ?? undefined });
  const own = clock.participant('world');
  const dial = createDialTable();
  const isos = new Map<string, Buffer>();
  const faults = createFaultBoard(plan, options.faults);
  const credentials = machineCredentials(plan, options.bmcSecret);
  const { machines, backend, metalBackends } = createSimulatedMachines(
    { clock: own, seed, faults: faults.machines, fetchIso: (url, signal) => fetchIso(dial, isos, url, signal) },
    machineSpecs(options, credentials),
  );
  const mutations: Mutation[] = [];
  const bmcs: Server[] = [];
  const serveBmc = async (behind: BmcBackend, address: Endpoint): Promise<void> => {
    const { server, port } = await serveRedfish(createRedfishService(behind), clock, (mutation) => mutations.push(mutation));
    bmcs.push(server);
    dial.set(address, { host: '127.0.0.1', port });
  };
  await serveBmc(backend, { host: `bmc.${plan.domain}`, port: 8443 });
  for (const [origin, behind] of metalBackends) await serveBmc(behind, endpointOf(new URL(origin)));
  const headers = { [PARTICIPANT_HEADER]: 'world' };
  // The world's own controllers write for every change that others make: theirs are not what the log is for.
  const mutated = (mutation: Mutation): void => void (mutation.participant !== 'world' && mutations.push(mutation));
  const spokes = createSpokes({ clock: own, traffic: clock.traffic, dial, seed, faults, plan, log, mutated, failed: options.failed });
  const mirror = await createMirrorHost({ plan, dial, traffic: clock.traffic, faults: options.faults }, options.mirrored ?? []);
  const cloneFolder = lazyFolder('labwright-argocd-');
  const deps: WorldDeps = {
    clock: own,
    traffic: clock.traffic,
    dial,
    seed,
    machines,
    credentials,
    bmc: cutOff(createOpenBmc({ clock: own, dial: dial.dial, tls: { insecure: true }, headers }), ({ url }) =>
      faults.machines.get(machines.byBmcUrl(url)?.name ?? ''),
    ),
    crdsDir: options.crdsDir ?? undefined,
    publishIso: (url, content) => void (content === undefined ? isos.delete(url) : isos.set(url, content)),
    spokeCredentials: spokes.credentials,
    serveHubApi: options.serveHubApi,
    openSpoke: spokes.open,
    pull: mirror.pull,
    insideSpoke: spokes.inside,
    git: { exec: localExec, dial: dial.dial, headers, simulated: true, folder: cloneFolder.path },
    faults,
    log,
    mutated,
    failed: options.failed,
  };
  const sites = withFaults(options.sites ?? {}, options.faults);
  const gitHost = Object.keys(sites).length === 0 ? undefined : await createGitHost(deps, plan.domain, sites);
  const hubs = new Map<string, RunningHub>();
  const clusterIds = new Map<string, string>();
  const greeters = createGreeters(dial);
  const installerWorld: InstallerWorld = {
    clock: own,
    seed,
    machines,
    faults,
    log,
    serveHttp: serveHttpBehind(dial),
    listen: greeters.listen,
    publishIso: deps.publishIso,
    bmc: createOpenBmc({ clock: own, dial: dial.dial, tls: { insecure: true }, headers }),
    bootstrapAddress: (cluster) => plan.clusters.find(({ name }) => name === cluster)?.bootstrap?.addresses[0],
    hostname: (cluster, machine) => plan.clusters.find(({ name }) => name === cluster)?.nodes.find((node) => node.machine === machine)?.name,
    apiListens(clusterId, listens) {
      const name = [...clusterIds].find(([, id]) => id === clusterId)?.[0];
      const hub = name === undefined ? undefined : hubs.get(name);
      const address = { host: `api.${name}.${plan.clusters.find((one) => one.name === name)?.baseDomain}`, port: 6443 };
      if (hub && listens) dial.set(address, { host: '127.0.0.1', port: Number(new URL(hub.api.url).port) });
      else if (hub) dial.remove(address);
    },
    async clusterLost({ name, clusterId }) {
      // Its name may be another installation's by now.
      if (clusterIds.get(name) !== clusterId) return;
      const hub = hubs.get(name);
      hubs.delete(name);
      await hub?.close();
    },
    async clusterFormed({ name, ...more }) {
      await hubs.get(name)?.close();
      const hub = await startHub(deps, { name, prepared: false, ...more });
      hubs.set(name, hub);
      clusterIds.set(name, more.clusterId);
      return worldClient(deps, hub.kubeconfig);
    },
  };
  const stopInstallations = playInstallations(installerWorld);
  const ignitions = playIgnitions(installerWorld);

  const world: World = {
    clock,
    dial,
    powerLog: machines.powerLog,
    mutations,
    hubs,
    sitesCa: gitHost?.ca,
    registryCa: mirror.ca,
    outside: mirror.outside,
    destinations: () => dial.asked(),
    installCluster: ignitions.installCluster,
    awaitCluster: ignitions.awaitCluster,
    sitesHead: async () => gitHost?.head(),
    async addHub({ name, baseDomain, ...more }) {
      const certificates = await makeClusterCertificates(name, { host: `api.${name}.${baseDomain}`, port: 6443 });
      const hub = await startHub(deps, { name, baseDomain, certificates, version: '4.18.0', prepared: true, ...more });
      hubs.set(name, hub);
      return hub;
    },
    async close() {
      stopInstallations();
      ignitions.stop();
      await greeters.close();
      await Promise.all([...hubs.values()].map((hub) => hub.close()));
      await spokes.close();
      await gitHost?.close();
      await mirror.close();
      await cloneFolder.remove();
      for (const server of bmcs) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
  for (const name of options.hubs) {
    const cluster = plan.clusters.find((one) => one.name === name);
    if (!cluster) throw new LabwrightError('not_found', `the lab has no cluster ${name}`);
    await world.addHub({ name, baseDomain: cluster.baseDomain });
  }
  return world;
}

/** The files of the sites repository, with the mistakes that faults put into them. */
function withFaults(sites: WorldSpec['sites'], faults: WorldSpec['faults']): WorldSpec['sites'] {
  return faults.reduce((files, { name, cluster }) => FAULTS[name].sites?.(files, cluster ?? '') ?? files, sites);
}

/** The faults `bmc-unreachable`, a firewall between the hub and a BMC that everybody else reaches, and `bmc-tls`. */
function cutOff(open: OpenBmc, faultOf: (address: BmcAddress) => FaultName | undefined): OpenBmc {
  return (address, cause) => {
    const fault = faultOf(address);
    if (fault === 'bmc-tls') throw new LabwrightError('unreachable', `${new URL(address.url).host}: ${UNTRUSTED}`);
    if (fault === 'bmc-unreachable') throw new LabwrightError('unreachable', `${new URL(address.url).host}: connection timed out`);
    return open(address, cause);
  };
}

function machineSpecs({ plan }: Pick<WorldSpec, 'plan'>, credentials: ReadonlyMap<string, BmcCredentials>): MachineSpec[] {
  const nodes = new Map(plan.clusters.flatMap((cluster) => cluster.nodes).map((node) => [node.machine, node]));
  return plan.machines.map(({ name, uuid, mac, vcpus, memoryMiB, disks: planned, kind, bmc }): MachineSpec => {
    const address = nodes.get(name)?.addresses[0] ?? '';
    const disks = planned.map((disk, index) => ({ ...disk, serial: disk.serial ?? `${name}-disk${index}` }));
    const metal = kind === 'metal' && bmc.protocol !== 'ipmi';
    return { name, uuid, mac, address, vcpus, memoryMiB, disks, ...credentials.get(name)!, ...(metal && { bmcUrl: bmc.url }) };
  });
}

/** An ISO that a hub has published, or a file from whoever listens at the URL's address: the lab's HTTP store. */
async function fetchIso(dial: DialTable, isos: ReadonlyMap<string, Buffer>, url: string, signal: AbortSignal): Promise<Buffer> {
  const published = isos.get(url);
  if (published) return published;
  const target = new URL(url);
  const endpoint = await dial.dial(endpointOf(target));
  if (!endpoint) throw new LabwrightError('unreachable', `connection refused by ${target.host}`);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ ...endpoint, path: target.pathname + target.search, headers: { host: target.host }, signal }, resolve)
      .on('error', reject)
      .end();
  });
  const content = await buffer(response);
  if (response.statusCode !== 200) throw new LabwrightError('refused', `${url} answers ${response.statusCode}`);
  return content;
}

/** Every BMC of the lab behind one listener; a request holds the clock until it is answered. */
async function serveRedfish(
  service: ReturnType<typeof createRedfishService>,
  clock: SimulatedClock,
  mutated: (mutation: Mutation) => void,
): Promise<{ readonly server: Server; readonly port: number }> {
  const authority = await createAuthority('labwright rehearsal CA', Date.now());
  const header = (value: string | string[] | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
  const server = createServer(await authority.server('localhost'), (incoming, response) => {
    const participant = header(incoming.headers[PARTICIPANT_HEADER.toLowerCase()]);
    const answered = clock.traffic.request(participant);
    response.on('close', () => {
      answered();
      const { method = 'GET', url: path = '/' } = incoming;
      if (method === 'GET' || method === 'HEAD') return;
      const cause = header(incoming.headers[CAUSE_HEADER.toLowerCase()]) ?? null;
      mutated({ atMs: clock.now(), server: 'bmc', method, path, cause, participant: participant ?? null, status: response.statusCode, version: null });
    });
    service(incoming, response);
  });
  return { server, port: await listenOnLoopback(server) };
}
