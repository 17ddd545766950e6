import { createKubeClient, kubeClientOn } from '../../kube/create-kube-client.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { hubDefinitions } from '../definitions/hub-definitions.ts';
import { parseKubeconfig } from '../../kube/parse-kubeconfig.ts';
import type { Admit } from '../api/write/admission.ts';
import type { StaticToken } from '../api/access/authenticate.ts';
import { PARTICIPANT_HEADER } from '../clock/traffic.ts';
import { admitInstall } from '../controllers/assisted/admit-install.ts';
import { argocdControllers } from '../controllers/argocd/argocd-controllers.ts';
import { assistedControllers } from '../controllers/assisted/assisted-controllers.ts';
import { clusterControllers } from '../controllers/cluster/cluster-controllers.ts';
import { hiveControllers } from '../controllers/hive/hive-controllers.ts';
import type { HubDeps } from '../controllers/hub-deps.ts';
import { admitHost } from '../controllers/metal3/admit-host.ts';
import { metal3Controllers } from '../controllers/metal3/metal3-controllers.ts';
import { admitClusterInstance } from '../../render/siteconfig/admit-cluster-instance.ts';
import { policyControllers } from '../controllers/policy/policy-controllers.ts';
import { siteconfigControllers } from '../controllers/siteconfig/siteconfig-controllers.ts';
import { clusterCuratorController } from '../controllers/curator/cluster-curator-controller.ts';
import { talmControllers } from '../controllers/talm/talm-controllers.ts';
import type { ObjectCache } from '../controllers/object-cache.ts';
import type { Controller } from '../controllers/controller.ts';
import { runControllers } from '../controllers/run-controllers.ts';
import type { ClusterCertificates } from '../api/access/cluster-certificates.ts';
import { serveSimulatedApi, type HubApi } from './hub-api.ts';
import { createWithStatus, preparedHub } from './prepared-hub.ts';
import { operatorControllers } from '../controllers/operators/operator-controllers.ts';
import { workloadControllers } from '../controllers/workloads/workload-controllers.ts';
import { giteaOnHub } from './gitea-on-hub.ts';
import { bmcSecrets, hubContent } from './hub-content.ts';
import { openHubRoute } from './hub-route.ts';
import { hubTroubles, webhooksDown } from './hub-troubles.ts';
import { uuidSource } from './uuid-source.ts';
import type { WorldDeps } from './world-deps.ts';

export interface HubOptions {
  readonly name: string;
  readonly baseDomain: string;
  readonly certificates: ClusterCertificates;
  /** On 127.0.0.1; default: any free one. */
  readonly port?: number;
  readonly tokens?: readonly StaticToken[];
  /** See ApiDeps. */
  readonly historyMs?: number;
  /** Puts the BMC credentials of the lab's machines into Secrets of namespace lab-bmc, for who writes objects by hand. */
  readonly bmcSecrets?: boolean;
  readonly version: string;
  /** It has been made a hub before the story begins; else only a cluster stands there. */
  readonly prepared: boolean;
}

export interface RunningHub {
  readonly name: string;
  readonly kubeconfig: string;
  readonly api: HubApi;
  close(): Promise<void>;
}

/** Serves a hub: its API at `api.<name>.<domain>:6443` of the dial table, the kinds of a hub, and the controllers behind them. */
export async function startHub(world: WorldDeps, options: HubOptions): Promise<RunningHub> {
  const { name, baseDomain, certificates } = options;
  const stop = new AbortController();
  const serve = world.serveHubApi ?? serveSimulatedApi;
  const api = await serve(
    {
      clock: world.clock,
      traffic: world.traffic,
      tokens: options.tokens ?? [],
      historyMs: options.historyMs,
      tls: { ca: certificates.ca, cert: certificates.cert, key: certificates.key, clientCa: certificates.ca },
      admit: webhooksDown(admitHubObject, world),
      interfere: hubTroubles(world.faults),
      randomUuid: uuidSource(world.seed, name),
      onMutation: (mutation) => world.mutated({ ...mutation, participant: mutation.participant ?? null, server: name }),
    },
    options.port ?? 0,
  );
  // Also for a hub that does not come up: it must not keep its port, nor its process.
  await using stack = new AsyncDisposableStack();
  stack.defer(() => api.close());
  const address = { host: `api.${name}.${baseDomain}`, port: 6443 };
  stack.defer(() => world.dial.remove(address));
  stack.defer(() => stop.abort(new Error(`${name} is over`)));
  world.dial.set(address, { host: '127.0.0.1', port: Number(new URL(api.url).port) });
  const kube = api.local ? kubeClientOn(api.local(WORLD_HEADERS), world.clock) : worldClient(world, certificates.kubeconfig);
  await api.install(hubDefinitions(world.crdsDir));
  const serviceHost = `assisted-service-multicluster-engine.apps.${name}.${baseDomain}`;
  const route = await openHubRoute(world, name, serviceHost);
  stack.defer(() => route.close());
  const gitea = giteaOnHub(world, name, route.certificate);
  stack.defer(() => gitea.close());
  for (const object of hubContent({ ...options, ingressCa: route.ca })) await kube.create(object);
  if (options.prepared) for (const object of preparedHub()) await createWithStatus(kube, object);
  if (options.bmcSecrets) for (const object of bmcSecrets(world.credentials)) await kube.create(object);
  const deps: HubDeps = {
    kube,
    clock: world.clock,
    hub: name,
    seed: world.seed,
    bmc: world.bmc,
    machines: world.machines,
    publishIso: world.publishIso,
    imageServiceHost: `assisted-image-service-multicluster-engine.apps.${name}.${baseDomain}`,
    assistedServiceHost: serviceHost,
    serveService: route.serve,
    spokeCredentials: world.spokeCredentials,
    spokes: { open: world.openSpoke, inside: world.insideSpoke, hubUrl: `https://${address.host}:${address.port}` },
    router: { appsDomain: `apps.${name}.${baseDomain}`, playGitea: gitea.play },
    ...(world.git && { git: world.git }),
    ...(world.pull && { pull: world.pull }),
    faults: world.faults,
    log: (line) => world.log(`${name}: ${line}`),
  };
  const running = await runControllers({ kube, clock: world.clock, log: deps.log }, (cache) => controllersOf(deps, cache), stop.signal);
  running.done.catch((error: unknown) => {
    if (!stop.signal.aborted) world.failed(error);
  });
  const open = stack.move();
  return { name, kubeconfig: certificates.kubeconfig, api, close: () => open.disposeAsync() };
}

function controllersOf(deps: HubDeps, cache: ObjectCache): readonly Controller[] {
  return [
    ...clusterControllers(deps, cache),
    ...siteconfigControllers(deps, cache),
    ...metal3Controllers(deps, cache),
    ...assistedControllers(deps, cache),
    ...hiveControllers(deps, cache),
    ...policyControllers(deps, cache),
    ...talmControllers(deps, cache),
    clusterCuratorController(deps),
    ...argocdControllers(deps),
    ...operatorControllers(deps),
    ...workloadControllers(deps),
  ];
}

/** The admission webhooks of a hub's operators. */
const admitHubObject: Admit = async (request) => admitClusterInstance(request) ?? admitInstall(request) ?? (await admitHost(request));

const WORLD_HEADERS = { [PARTICIPANT_HEADER]: 'world', 'User-Agent': 'labwright-world' };

/** A client of one cluster of the world, for the world's own use. */
export function worldClient(world: Pick<WorldDeps, 'clock' | 'dial'>, kubeconfig: string): KubeClient {
  return createKubeClient({ clock: world.clock, dial: world.dial.dial, headers: WORLD_HEADERS }, parseKubeconfig(kubeconfig));
}
