import type { KubeObject } from '../../../kube/objects.ts';
import type { SpecError } from './aci-conditions.ts';
import type { AssistedDeps } from './assisted-deps.ts';
import { eligibleDisks } from './service/inventory.ts';
import type { HostRecord, HostState } from './service/records.ts';
import type { HostRole } from './service/stages.ts';

interface AgentSpec {
  readonly approved?: boolean;
  readonly role?: string;
  readonly hostname?: string;
  readonly installation_disk_id?: string;
  readonly clusterDeploymentName?: { readonly name?: string };
}

/** Later changes are accepted and have no effect (recorded/assisted/admission-update). */
const CHANGEABLE: readonly HostState[] = ['discovering', 'insufficient', 'pending-for-input', 'disconnected', 'known', 'preparing-failed'];

/** Brings the user's wishes for a host into its record. @returns what of them cannot be met. */
export function takeAgentSpec({ service }: Pick<AssistedDeps, 'service'>, agent: KubeObject, host: HostRecord): SpecError | undefined {
  const spec: AgentSpec = agent['spec'] ?? {};
  const wanted = given(spec.installation_disk_id);
  const known = wanted === undefined || host.inventory === undefined || eligibleDisks(host.inventory).some(({ id }) => id === wanted);
  const wishes = {
    requestedRole: roleIn(spec),
    requestedHostname: given(spec.hostname),
    requestedDiskId: known ? wanted : host.requestedDiskId,
  };
  const next: HostRecord = { ...host, ...(CHANGEABLE.includes(host.state) ? wishes : {}), approved: spec.approved === true };
  const changed = (['requestedRole', 'requestedHostname', 'requestedDiskId', 'approved'] as const).some((key) => host[key] !== next[key]);
  if (changed) service.putHost(next);
  if (!spec.clusterDeploymentName && host.clusterId !== undefined) {
    // A host whose InfraEnv belongs to a cluster cannot leave that cluster.
    const infraEnv = service.infraEnvs.get(host.infraEnvId);
    if (infraEnv?.clusterId !== undefined)
      return { kind: 'input', message: `Cannot unbind Host ${host.id}. InfraEnv ${infraEnv.id} is bound to Cluster ${infraEnv.clusterId}` };
  }
  return known ? undefined : { kind: 'input', message: "Requested installation disk is not part of the host's valid disks" };
}

function roleIn({ role }: AgentSpec): HostRole {
  return role === 'master' || role === 'worker' ? role : 'auto-assign';
}

function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
