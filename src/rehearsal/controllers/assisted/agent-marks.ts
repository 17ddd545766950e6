import { hostnameOf, roleOf, type ClusterRecord, type HostRecord } from './service/records.ts';
import { validationsInfo } from './aci-status.ts';

const PREFIX = 'agent.agent-install.openshift.io';
const INVENTORY = 'inventory.agent-install.openshift.io';

/** Annotations by which an Agent can be watched without its status (reference/ztp.md §2.10a.20). */
export function agentAnnotations(host: HostRecord): Readonly<Record<string, string>> {
  const { inventory, progress, validations } = host;
  return {
    [`${PREFIX}/current-stage`]: progress?.stage ?? '',
    [`${PREFIX}/inventory`]: inventory ? JSON.stringify({ ...inventory, hostname: hostnameOf(host) }) : '',
    [`${PREFIX}/role`]: roleOf(host),
    [`${PREFIX}/state`]: host.state,
    [`${PREFIX}/validations-info`]: validations ? JSON.stringify(validationsInfo(validations)) : '',
    ...(inventory ? { [`${INVENTORY}/version`]: '0.1' } : {}),
  };
}

/** Labels by which agents can be selected for what they are. */
export function agentLabels(host: HostRecord, cluster: ClusterRecord | undefined): Readonly<Record<string, string>> {
  const { inventory } = host;
  if (!inventory) return {};
  return {
    ...(cluster ? { 'agent-install.openshift.io/clusterdeployment-namespace': cluster.namespace } : {}),
    [`${INVENTORY}/cpu-architecture`]: inventory.cpu.architecture,
    [`${INVENTORY}/cpu-virtenabled`]: String(inventory.cpu.flags.some((flag) => flag === 'vmx' || flag === 'svm')),
    [`${INVENTORY}/host-isvirtual`]: String(inventory.system_vendor.virtual === true),
    [`${INVENTORY}/host-productname`]: inventory.system_vendor.product_name,
    [`${INVENTORY}/storage-hasnonrotationaldisk`]: String(inventory.disks.some(({ drive_type }) => drive_type !== 'HDD')),
  };
}
