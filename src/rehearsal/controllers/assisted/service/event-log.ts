import type { Clock } from '../../../../util/clock.ts';
import type { Change, InstallationService } from './installation-service.ts';
import { hostnameOf, type ClusterRecord, type HostRecord } from './records.ts';

/** One thing that happened, in the shape of assisted-service's `GET /v2/events` (its swagger.yaml). */
export interface ServiceEvent {
  readonly name: string;
  readonly event_time: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly category: 'user';
  readonly message: string;
  readonly cluster_id?: string;
  readonly host_id?: string;
  readonly infra_env_id?: string;
}

/** Of one cluster; an installation has some forty. */
const MOST = 500;

/** What happened to clusters and their hosts, oldest first, as far as it is to be seen in their records. */
export function createEventLog(
  service: Pick<InstallationService, 'onChange'>,
  clock: Pick<Clock, 'now'>,
): { readonly of: (query: EventQuery) => readonly ServiceEvent[] } {
  const seen = new Map<string, ClusterRecord | HostRecord>();
  const events = new Map<string, ServiceEvent[]>();
  service.onChange((change) => {
    const record = 'cluster' in change ? change.cluster : 'host' in change ? change.host : change.hostGone;
    const told = tell(change, seen.get(record.id));
    if ('hostGone' in change) seen.delete(record.id);
    else seen.set(record.id, record);
    const cluster = 'cluster' in change ? change.cluster.id : (record as HostRecord).clusterId;
    if (told === undefined || cluster === undefined) return;
    const ids = 'cluster' in change ? {} : { host_id: record.id, infra_env_id: (record as HostRecord).infraEnvId };
    const list = events.get(cluster) ?? [];
    events.set(cluster, list);
    list.push({ ...told, event_time: new Date(clock.now()).toISOString(), category: 'user', cluster_id: cluster, ...ids });
    if (list.length > MOST) list.shift();
  });
  return {
    of: ({ cluster, host, infraEnv }) =>
      (cluster === undefined ? [...events.values()].flat() : (events.get(cluster) ?? [])).filter(
        (one) => (host === undefined || one.host_id === host) && (infraEnv === undefined || one.infra_env_id === infraEnv),
      ),
  };
}

export interface EventQuery {
  readonly cluster?: string | undefined;
  readonly host?: string | undefined;
  readonly infraEnv?: string | undefined;
}

type Told = Pick<ServiceEvent, 'name' | 'severity' | 'message'>;

function tell(change: Change, before: ClusterRecord | HostRecord | undefined): Told | undefined {
  if ('hostGone' in change) return { name: 'host_deregistered', severity: 'info', message: `Host ${hostnameOf(change.hostGone)}: deregistered` };
  if ('cluster' in change) {
    const { spec, state, stateInfo } = change.cluster;
    if (before === undefined) return { name: 'cluster_registration_succeeded', severity: 'info', message: `Successfully registered cluster ${spec.name}` };
    if (before.state === state) return undefined;
    return { name: 'cluster_status_updated', severity: severityOf(state), message: `Updated status of the cluster to ${state} (${stateInfo})` };
  }
  const { host } = change;
  const name = hostnameOf(host);
  if (before === undefined) return { name: 'host_registration_succeeded', severity: 'info', message: `Host ${name}: Successfully registered` };
  if (before.state !== host.state) {
    const message = `Host ${name}: updated status from ${before.state} to ${host.state} (${host.stateInfo})`;
    return { name: 'host_status_updated', severity: severityOf(host.state), message };
  }
  const stage = host.progress?.stage;
  if (stage === undefined || stage === (before as HostRecord).progress?.stage) return undefined;
  return { name: 'host_install_progress_updated', severity: 'info', message: `Host: ${name}, reached installation stage ${stage}` };
}

function severityOf(state: ClusterRecord['state'] | HostRecord['state']): ServiceEvent['severity'] {
  if (state === 'error' || state === 'preparing-failed') return 'error';
  return ['disconnected', 'insufficient', 'installing-pending-user-action'].includes(state) ? 'warning' : 'info';
}
