import * as z from 'zod';
import { httpGet, type HttpDeps } from '../../util/http-get.ts';

const Host = z.object({
  requested_hostname: z.string().default(''),
  status: z.string(),
  status_info: z.string().default(''),
  progress: z.object({ current_stage: z.string().default(''), installation_percentage: z.number().default(0) }).prefault({}),
});
const Cluster = z.object({ id: z.string(), status: z.string(), status_info: z.string().default(''), hosts: z.array(Host).default([]) });

export type AssistedHost = z.infer<typeof Host>;
export type AssistedCluster = z.infer<typeof Cluster>;

/**
 * What the rendezvous host's assisted-service says.
 *
 * *Silent*: nothing answers. *Closed*: it answers, but not to us; releases from 4.18 ask for a token that only the
 * installer has. *Open*: the cluster with its hosts.
 */
export type AssistedAnswer =
  | { readonly status: 'silent' }
  | { readonly status: 'closed' }
  | { readonly status: 'open'; readonly cluster: AssistedCluster | undefined };

/** Asks `http://<rendezvousIP>:8090` for its one cluster. */
export async function askAssisted(deps: HttpDeps, rendezvousIP: string, signal: AbortSignal): Promise<AssistedAnswer> {
  const base = `http://${rendezvousIP.includes(':') ? `[${rendezvousIP}]` : rendezvousIP}:8090/api/assisted-install/v2/clusters`;
  const list = await httpGet(deps, base, signal);
  if (list === undefined || list.status >= 500) return { status: 'silent' };
  if (list.status !== 200) return { status: 'closed' };
  const [first] = read(z.array(Cluster), list.body) ?? [];
  if (first === undefined) return { status: 'open', cluster: undefined };
  const one = await httpGet(deps, `${base}/${first.id}`, signal);
  return one?.status === 200 ? { status: 'open', cluster: read(Cluster, one.body) ?? first } : { status: 'silent' };
}

function read<T>(shape: z.ZodType<T>, body: string): T | undefined {
  try {
    return shape.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
