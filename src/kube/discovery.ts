import { LabwrightError } from '../util/errors.ts';
import { KubeApiError } from './kube-api-error.ts';
import type { KindRef } from './objects.ts';
import type { Transport } from './transport.ts';

export interface Resource {
  readonly plural: string;
  readonly namespaced: boolean;
}

export interface Discovery {
  /** Asks the server once per group version, and once more for a kind it did not know. @throws not_found. */
  find(ref: KindRef, signal?: AbortSignal): Promise<Resource>;
}

export function createDiscovery(transport: Transport): Discovery {
  const known = new Map<string, ReadonlyMap<string, Resource>>();

  async function load(apiVersion: string, signal?: AbortSignal): Promise<ReadonlyMap<string, Resource>> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { status, body } = await transport.send({ method: 'GET', path }, signal);
    if (status === 404) return new Map();
    if (status !== 200) throw new KubeApiError(`GET ${path}`, status, body);
    const { resources } = body as { resources: readonly { name: string; kind: string; namespaced: boolean }[] };
    const kinds = new Map(resources.filter((one) => !one.name.includes('/')).map((one) => [one.kind, { plural: one.name, namespaced: one.namespaced }]));
    known.set(apiVersion, kinds);
    return kinds;
  }

  return {
    async find({ apiVersion, kind }, signal) {
      const found = known.get(apiVersion)?.get(kind) ?? (await load(apiVersion, signal)).get(kind) ?? (await load(apiVersion, signal)).get(kind);
      if (found !== undefined) return found;
      throw new LabwrightError('not_found', `the API server has no kind ${kind} in ${apiVersion}`, { hint: 'install the operator that defines it' });
    },
  };
}
