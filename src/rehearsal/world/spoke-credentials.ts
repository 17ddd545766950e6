import { createHash } from 'node:crypto';
import type { HubDeps } from '../controllers/hub-deps.ts';
import { serveApi, type ApiServer } from '../api/server.ts';
import { makeClusterCertificates, type ClusterCertificates } from '../api/access/cluster-certificates.ts';
import type { WorldDeps } from './world-deps.ts';

export interface Spokes {
  readonly credentials: HubDeps['spokeCredentials'];
  close(): Promise<void>;
}

/** Gives each spoke a CA and a password when they are first asked for; its API starts when somebody dials it. */
export function createSpokes(world: Pick<WorldDeps, 'clock' | 'traffic' | 'dial' | 'seed'>): Spokes {
  const known = new Map<string, Promise<{ readonly kubeconfig: string; readonly password: string }>>();
  const apis: ApiServer[] = [];

  const serve = async (certificates: ClusterCertificates): Promise<{ host: string; port: number }> => {
    const { ca, cert, key } = certificates;
    const api = await serveApi({ clock: world.clock, traffic: world.traffic, tokens: [], tls: { ca, cert, key, clientCa: ca } }, 0);
    apis.push(api);
    return { host: '127.0.0.1', port: Number(new URL(api.url).port) };
  };
  const make: HubDeps['spokeCredentials'] = async ({ name, baseDomain, clusterId }) => {
    const address = { host: `api.${name}.${baseDomain}`, port: 6443 };
    const certificates = await makeClusterCertificates(name, address);
    world.dial.set(address, () => serve(certificates));
    const password = createHash('sha256').update(`${world.seed}/${clusterId}/kubeadmin`).digest('base64url').slice(0, 23);
    return { kubeconfig: certificates.kubeconfig, password };
  };
  return {
    credentials(spoke) {
      const made = known.get(spoke.clusterId) ?? make(spoke);
      known.set(spoke.clusterId, made);
      return made;
    },
    async close() {
      await Promise.all(apis.map((api) => api.close()));
    },
  };
}
