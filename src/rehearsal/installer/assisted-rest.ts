import { LABWRIGHT_NAMESPACE, uuidV5 } from '../../util/ids.ts';
import type { HostReport, Installation } from './installation.ts';
import type { HttpHandler, InstallerWorld } from './installer-world.ts';

export const ASSISTED_PORT = 8090;
const ROOT = '/api/assisted-install/v2';

const STATUS_INFO = {
  insufficient: 'Cluster is not ready for install',
  ready: 'Cluster ready to be installed',
  'preparing-for-installation': 'Preparing cluster for installation',
  installing: 'Installation in progress',
  error: 'cluster has hosts in error',
} as const;

/** The rendezvous host's assisted-service, for as long as the guest that runs it lives. Only what a client asks while it waits. */
export async function serveAssisted(world: InstallerWorld, installation: Installation, signal: AbortSignal): Promise<void> {
  const stop = await world.serveHttp({ host: installation.iso.rendezvousIP, port: ASSISTED_PORT }, assistedHandler(installation));
  if (signal.aborted) await stop();
  else signal.addEventListener('abort', () => void stop(), { once: true });
}

export function assistedHandler(installation: Installation): HttpHandler {
  const { iso } = installation;
  const cluster = (): object => ({
    kind: 'Cluster',
    id: iso.clusterId,
    name: iso.cluster,
    base_dns_domain: iso.baseDomain,
    openshift_version: iso.version,
    status: installation.status(),
    status_info: STATUS_INFO[installation.status()],
  });
  const hosts = (): object[] => [...installation.reports.values()].map((report) => hostResource(installation, report));
  return (path) => {
    const { pathname } = new URL(path, 'http://rendezvous');
    if (pathname === `${ROOT}/clusters`) return { status: 200, body: [cluster()] };
    if (pathname === `${ROOT}/clusters/${iso.clusterId}`) return { status: 200, body: { ...cluster(), hosts: hosts() } };
    return { status: 404, body: { code: 404, message: `path ${pathname} was not found` } };
  };
}

function hostResource({ iso }: Installation, { host, status, statusInfo, stage, percent }: HostReport): object {
  return {
    kind: 'Host',
    id: uuidV5(LABWRIGHT_NAMESPACE, `${iso.clusterId}/${host.mac}`),
    requested_hostname: host.hostname,
    role: host.role,
    status,
    status_info: statusInfo,
    progress: { current_stage: stage, installation_percentage: percent },
  };
}
