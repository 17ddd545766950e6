import { httpGet } from '../../util/http-get.ts';
import type { ActionDeps } from '../action.ts';
import type { Hub } from '../hub.ts';
import { AGENT_CLUSTER_INSTALL, CONFIG_MAP, refTo } from '../kinds.ts';
import { textAt, valueAt } from '../read-object.ts';

/** The installation service collects logs of its hosts, of which there may be gigabytes; more than this is left where it is. */
const MOST_BYTES = 20 * 1024 * 1024;

/**
 * What the installation service itself kept of a cluster (reference/ztp.md §1.9): its events, and the logs it collected
 * from the hosts, behind the URLs in the AgentClusterInstall. The hub's routes are trusted by the CA its ingress operator shows.
 */
export async function keepServiceRecords(deps: ActionDeps, { kube, cluster, redact }: Hub, log: (line: string) => void, signal: AbortSignal): Promise<void> {
  const { items } = await kube.list({ ...AGENT_CLUSTER_INSTALL, namespace: cluster.name }, signal);
  const ingress = await kube.get(refTo(CONFIG_MAP, 'default-ingress-cert', 'openshift-config-managed'), signal);
  const ca = valueAt(ingress, 'data', 'ca-bundle.crt');
  const fetched = async (key: 'eventsURL' | 'logsURL'): Promise<Awaited<ReturnType<typeof httpGet>>> => {
    const url = items.map((one) => textAt(one, 'status', 'debugInfo', key)).find((text) => text !== '');
    if (url === undefined) return undefined;
    const answer = await httpGet(deps, url, signal, { ca: typeof ca === 'string' ? ca : undefined });
    if (answer?.status === 200 && answer.bytes.length <= MOST_BYTES) return answer;
    const why = answer === undefined ? 'nobody answers' : answer.status === 200 ? `${answer.bytes.length} bytes are too many` : `answered ${answer.status}`;
    log(`${key} of ${cluster.name} is not kept: ${new URL(url).host}: ${why}`);
    return undefined;
  };
  const events = await fetched('eventsURL');
  if (events) await deps.evidence('events.json', redact(events.body), 'application/json');
  const logs = await fetched('logsURL');
  if (logs) await deps.evidence(logs.fileName ?? 'hosts-logs.tar', logs.bytes, 'application/octet-stream');
}
