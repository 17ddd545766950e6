import { createHash } from 'node:crypto';
import { createKubeClient, kubeClientOn } from '../../kube/create-kube-client.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { parseKubeconfig } from '../../kube/parse-kubeconfig.ts';
import type { LabPlan } from '../../lab/plan.ts';
import type { Dial, Endpoint } from '../../util/dial.ts';
import { makeClusterCertificates, type ClusterCertificates } from '../api/access/cluster-certificates.ts';
import { serveApi, type ApiServer } from '../api/server.ts';
import { PARTICIPANT_HEADER } from '../clock/traffic.ts';
import { namespaceController } from '../controllers/cluster/namespace-controller.ts';
import { clusterVersionController } from '../controllers/spoke/cluster-version-controller.ts';
import type { HubDeps } from '../controllers/hub-deps.ts';
import { runControllers } from '../controllers/run-controllers.ts';
import { openshiftDefinitions } from '../definitions/openshift.ts';
import { installDefinitions } from '../definitions/install-definitions.ts';
import { spokeContent, type SpokeIdentity } from './spoke-content.ts';
import { uuidSource } from './uuid-source.ts';
import type { WorldDeps } from './world-deps.ts';

const WORLD_HEADERS = { [PARTICIPANT_HEADER]: 'world', 'User-Agent': 'labwright-world' };

export interface Spokes {
  readonly credentials: HubDeps['spokeCredentials'];
  /** A client for the world's own use, through the dial table: a spoke that is not there refuses the connection. */
  readonly open: (kubeconfig: string) => KubeClient;
  /** The same for the newest cluster of a name: what runs on it needs no credentials of a hub. */
  readonly inside: (name: string) => Promise<KubeClient | undefined>;
  close(): Promise<void>;
}

type SpokesWorld = Pick<WorldDeps, 'clock' | 'traffic' | 'dial' | 'seed' | 'faults' | 'log' | 'mutated' | 'failed'> & { readonly plan: LabPlan };

/** Gives each spoke a CA and a password when they are first asked for; its API starts when somebody dials it. */
export function createSpokes(world: SpokesWorld): Spokes {
  const known = new Map<string, Promise<{ readonly kubeconfig: string; readonly password: string }>>();
  const newest = new Map<string, Promise<{ readonly kubeconfig: string }>>();
  const apis: ApiServer[] = [];
  const clients = new Map<string, KubeClient>();
  const stop = new AbortController();
  const clientOf = (dial: Dial, kubeconfig: string): KubeClient =>
    createKubeClient({ clock: world.clock, dial, headers: WORLD_HEADERS }, parseKubeconfig(kubeconfig));

  const serve = async (spoke: SpokeIdentity, { ca, cert, key }: ClusterCertificates): Promise<Endpoint> => {
    const api = await serveApi(
      {
        clock: world.clock,
        traffic: world.traffic,
        tokens: [],
        tls: { ca, cert, key, clientCa: ca },
        randomUuid: uuidSource(world.seed, spoke.clusterId),
        onMutation(mutation) {
          world.mutated({ ...mutation, participant: mutation.participant ?? null, server: spoke.name });
          if (mutation.path.includes('/clusterversions/')) versionOperator?.();
        },
      },
      0,
    );
    // Most spokes are never updated: its controller starts with the first change of the version.
    let versionOperator: (() => void) | undefined;
    apis.push(api);
    installDefinitions(api, openshiftDefinitions());
    const endpoint = { host: '127.0.0.1', port: Number(new URL(api.url).port) };
    const kube = kubeClientOn(api.local(WORLD_HEADERS), world.clock);
    const { clock, seed, faults } = world;
    for (const object of spokeContent(spoke, { plan: world.plan, paused: faults.hits('pool-paused', spoke.name), nowMs: clock.now() })) {
      const made = await kube.create(object);
      if (object['status'] !== undefined) await kube.update({ ...made, status: object['status'] }, { subresource: 'status' });
    }
    const log = (line: string): void => world.log(`${spoke.name}: ${line}`);
    const failed = (error: unknown): void => {
      if (!stop.signal.aborted) world.failed(error);
    };
    const running = await runControllers({ kube, clock, log }, () => [namespaceController({ kube, clock, seed })], stop.signal);
    running.done.catch(failed);
    versionOperator = () => {
      versionOperator = undefined;
      const controllers = [clusterVersionController({ kube, clock, seed, faults }, spoke.name)];
      void clock.during(runControllers({ kube, clock, log }, () => controllers, stop.signal)).then(({ done }) => done.catch(failed), failed);
    };
    return endpoint;
  };
  const make: HubDeps['spokeCredentials'] = async (spoke) => {
    const { name, baseDomain, clusterId } = spoke;
    const address = { host: `api.${name}.${baseDomain}`, port: 6443 };
    const certificates = await makeClusterCertificates(name, address);
    world.dial.set(address, () => serve(spoke, certificates));
    const password = createHash('sha256').update(`${world.seed}/${clusterId}/kubeadmin`).digest('base64url').slice(0, 23);
    return { kubeconfig: certificates.kubeconfig, password };
  };
  const open = (kubeconfig: string): KubeClient => {
    const client = clients.get(kubeconfig) ?? clientOf(world.dial.dial, kubeconfig);
    clients.set(kubeconfig, client);
    return client;
  };
  return {
    credentials(spoke) {
      const made = known.get(spoke.clusterId) ?? make(spoke);
      known.set(spoke.clusterId, made);
      newest.set(spoke.name, made);
      return made;
    },
    open,
    async inside(name) {
      const made = await newest.get(name);
      return made && open(made.kubeconfig);
    },
    async close() {
      stop.abort(new Error('the world is over'));
      await Promise.all(apis.map((api) => api.close()));
    },
  };
}
