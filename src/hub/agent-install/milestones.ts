import type { PlannedCluster, PlannedNode } from '../../lab/plan.ts';
import { MET, waitingFor, type Milestone } from '../cluster-install/milestone.ts';
import type { AssistedAnswer, AssistedCluster, AssistedHost } from './assisted-service.ts';

/** Stages at which a host's disk holds the system. */
const WRITTEN = ['Rebooting', 'Configuring', 'Joined', 'Done'];

/** The agent of the rendezvous host runs and answers. */
export function rendezvousUp(rendezvous: PlannedNode, answer: AssistedAnswer): Milestone {
  if (answer.status === 'closed' || (answer.status === 'open' && answer.cluster !== undefined)) return MET;
  if (answer.status === 'open') return waitingFor(rendezvous.name, 'AgentUp', 'NoCluster', 'the service runs and has no cluster yet');
  return { ...waitingFor(rendezvous.name, 'AgentUp', 'ConnectionRefused', `nothing answers at ${rendezvous.addresses[0] ?? ''}:8090 yet`), silent: true };
}

/** Every host has registered and is valid. */
export function hostsRegistered(cluster: PlannedCluster, answer: AssistedAnswer): Milestone {
  if (answer.status !== 'open' || answer.cluster === undefined) return unseen(cluster, answer, 'Registered');
  const failed = failure(answer.cluster);
  if (failed) return failed;
  const { hosts, status, status_info } = answer.cluster;
  const percent = Math.round((100 * hosts.filter(isReady).length) / cluster.nodes.length);
  const missing = cluster.nodes.find((node) => !hosts.some((host) => isOf(host, node)));
  if (missing)
    return waitingFor(
      missing.name,
      'Registered',
      'NotRegistered',
      `the host has not registered with the rendezvous host; ${hosts.length} of ${cluster.nodes.length} have`,
      percent,
    );
  const open = hosts.find((host) => !isReady(host));
  if (open) return waitingFor(open.requested_hostname, 'Registered', open.status, open.status_info, percent);
  return status === 'insufficient' ? waitingFor(cluster.name, 'Ready', status, status_info, percent) : MET;
}

/** Every host but the rendezvous host, which goes last, has written its disk; a single host must have itself. */
export function disksWritten(cluster: PlannedCluster, rendezvous: PlannedNode, answer: AssistedAnswer): Milestone {
  if (answer.status !== 'open' || answer.cluster === undefined) return unseen(cluster, answer, 'DiskWritten');
  const failed = failure(answer.cluster);
  if (failed) return failed;
  const writing = answer.cluster.hosts.filter((host) => cluster.nodes.length === 1 || !isOf(host, rendezvous));
  const share = writing.map(({ progress }) =>
    WRITTEN.includes(progress.current_stage) ? 100 : progress.current_stage === 'Writing image to disk' ? progress.installation_percentage : 0,
  );
  const percent = Math.round(share.reduce((sum, one) => sum + one, 0) / Math.max(1, writing.length));
  const open = writing.find(({ progress }) => !WRITTEN.includes(progress.current_stage));
  if (!open) return MET;
  const { current_stage: stage, installation_percentage: at } = open.progress;
  return waitingFor(open.requested_hostname, 'DiskWritten', stage || open.status, at > 0 ? `${stage}: ${at} %` : open.status_info, percent);
}

/** The rendezvous host has written its own disk too, and left: its service goes with it. */
export function bootstrapOver(rendezvous: PlannedNode, answer: AssistedAnswer): Milestone {
  if (answer.status !== 'open' || answer.cluster === undefined) return MET;
  const failed = failure(answer.cluster);
  if (failed) return failed;
  const host = answer.cluster.hosts.find((one) => isOf(one, rendezvous));
  const stage = host?.progress.current_stage ?? '';
  if (WRITTEN.includes(stage)) return MET;
  return waitingFor(
    rendezvous.name,
    'BootstrapOver',
    stage,
    host?.status_info ?? '',
    stage === 'Writing image to disk' ? host?.progress.installation_percentage : undefined,
  );
}

function failure({ hosts, status, status_info }: AssistedCluster): Milestone | undefined {
  const hint = 'look at the console of the machine, then install again';
  const host = hosts.find((one) => one.status === 'error');
  if (host) return { status: 'refused', on: { object: host.requested_hostname, condition: 'Installed', reason: 'error', message: host.status_info }, hint };
  if (status === 'error' || status === 'cancelled')
    return { status: 'refused', on: { object: 'assisted-service', condition: 'Installed', reason: status, message: status_info }, hint };
  return undefined;
}

/** A service that tells its hosts only to the installer leaves nothing to wait for here: the API is the next evidence. */
function unseen(cluster: PlannedCluster, answer: AssistedAnswer, condition: string): Milestone {
  return answer.status === 'closed' ? MET : { ...waitingFor(cluster.name, condition, 'Silent', 'the rendezvous host does not answer'), silent: true };
}

function isReady({ status }: AssistedHost): boolean {
  return !['discovering', 'insufficient', 'pending-for-input', 'disconnected', 'disabled'].includes(status);
}

function isOf(host: AssistedHost, node: PlannedNode): boolean {
  return host.requested_hostname.split('.')[0] === node.name;
}
