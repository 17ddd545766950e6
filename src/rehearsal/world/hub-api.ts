import type { KubeObject } from '../../kube/objects.ts';
import { serveApi, type ApiDeps, type ApiServer } from '../api/server.ts';
import { installDefinitions } from '../definitions/install-definitions.ts';

/** A hub's API server, whatever it is: the simulated one, or in tests a real one that counts its traffic the same way. */
export interface HubApi extends Pick<ApiServer, 'url' | 'ca' | 'close'> {
  /** A shorter way for the world's own clients, where there is one. */
  readonly local?: ApiServer['local'];
  /** What a simulated one holds. */
  readonly store?: ApiServer['store'];
  /** Serves these kinds from now on. */
  install(definitions: readonly KubeObject[]): Promise<void>;
}

export type ServeHubApi = (deps: ApiDeps, port: number) => Promise<HubApi>;

export const serveSimulatedApi: ServeHubApi = async (deps, port) => {
  const api = await serveApi(deps, port);
  return { ...api, install: async (definitions) => installDefinitions(api, definitions) };
};
