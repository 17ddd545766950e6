import type { Clock } from '../../util/clock.ts';
import type { Asked, Interfere, Trouble } from '../api/interfere.ts';
import { StatusError } from '../api/status-error.ts';
import type { Admit } from '../api/write/admission.ts';
import type { FaultBoard } from '../controllers/hub-deps.ts';
import { faultsWith } from '../faults.ts';

const WEBHOOK_DOWN_MS = 40_000;

/**
 * The faults of a hub's API. They meet what others than the world itself ask about the cluster's namespace, each path once:
 * by path and not by count, so that the order of parallel requests tells no other story.
 */
export function hubTroubles(faults: FaultBoard): Interfere {
  const met = new Set<string>();
  return (asked) => {
    const cluster = /\/namespaces\/([^/?]+)/.exec(asked.path)?.[1];
    if (asked.participant === 'world' || cluster === undefined) return undefined;
    const row = faultsWith('api').find(({ name, row: { api } }) => strikes(api, asked) && faults.hits(name, cluster));
    const key = `${row?.name} ${asked.method} ${asked.path.split('?')[0]}`;
    if (row === undefined || met.has(key)) return undefined;
    met.add(key);
    return row.row.api;
  };
}

function strikes(trouble: Trouble, { method, path }: Asked): boolean {
  const isWatch = method === 'GET' && /[?&]watch=(?:1|true)/.test(path);
  return trouble === 'too-many-requests' || trouble === 'slow' ? method !== 'GET' : isWatch;
}

/** The fault `webhook-down`: from the first ClusterInstance of its cluster on, its webhook does not answer for a while. */
export function webhooksDown(admit: Admit, { clock, faults }: { readonly clock: Clock; readonly faults: FaultBoard }): Admit {
  const sinceMs = new Map<string, number>();
  return (request) => {
    const { namespace = '' } = (request.object?.['metadata'] ?? {}) as { readonly namespace?: string };
    if (request.resource.kind === 'ClusterInstance' && faults.hits('webhook-down', namespace)) {
      const start = sinceMs.get(namespace) ?? clock.now();
      sinceMs.set(namespace, start);
      if (clock.now() - start < WEBHOOK_DOWN_MS) {
        const why = 'failed calling webhook "clusterinstances.siteconfig.open-cluster-management.io": failed to call webhook: connect: connection refused';
        throw new StatusError(500, 'InternalError', `Internal error occurred: ${why}`);
      }
    }
    return admit(request);
  };
}
