import { gzipSync } from 'node:zlib';
import type { ServiceAnswer } from '../hub-deps.ts';
import type { createEventLog } from './service/event-log.ts';
import type { InstallationService } from './service/installation-service.ts';

const API = '/api/assisted-install/v2';
const LOGS = new RegExp(`^${API}/clusters/([0-9a-f-]{36})/logs$`);

/**
 * What the installation service answers behind the URLs that it writes into its objects: events, and the logs of a cluster.
 * A simulated host has no journal; its log is what it went through.
 */
export function answerService({
  service,
  log,
}: {
  readonly service: Pick<InstallationService, 'clusters'>;
  readonly log: ReturnType<typeof createEventLog>;
}): (url: URL) => ServiceAnswer {
  return ({ pathname, searchParams }) => {
    const of = (name: string): string | undefined => searchParams.get(name) ?? undefined;
    if (pathname === `${API}/events`) return json(200, log.of({ cluster: of('cluster_id'), host: of('host_id'), infraEnv: of('infra_env_id') }));
    const id = LOGS.exec(pathname)?.[1];
    const cluster = id === undefined ? undefined : service.clusters.get(id);
    if (cluster === undefined) return json(404, { kind: 'Error', id: 404, code: '404', href: '', reason: `${pathname} is not here` });
    const lines = log.of({ cluster: cluster.id }).map(({ event_time, severity, message }) => `${event_time} ${severity} ${message}\n`);
    const headers = { 'content-type': 'application/gzip', 'content-disposition': `attachment; filename="${cluster.spec.name}_logs.txt.gz"` };
    return { status: 200, headers, body: gzipSync(lines.join('')) };
  };
}

function json(status: number, value: unknown): ServiceAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}
