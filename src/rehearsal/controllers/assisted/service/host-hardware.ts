import { eligibleDisks, type Inventory } from './inventory.ts';
import { hostnameOf, roleOf, type HostRecord, type Validation } from './records.ts';
import type { HostView } from './views.ts';

const GIB = 2 ** 30;

/** assisted-service's default hardware requirements. */
const REQUIREMENTS = {
  master: { cpus: 4, memoryBytes: 16 * GIB },
  worker: { cpus: 2, memoryBytes: 8 * GIB },
  singleNode: { cpus: 8, memoryBytes: 16 * GIB },
} as const;

const HOSTNAME = '^[a-z0-9][a-z0-9-]{0,62}(?:[.][a-z0-9-]{1,63})*$';
const FORBIDDEN_HOSTNAMES = ['localhost', 'localhost.localdomain', 'localhost4', 'localhost4.localdomain4', 'localhost6', 'localhost6.localdomain6'];

export function validateHostHardware({ host, cluster, hosts }: HostView): readonly Validation[] {
  const { inventory } = host;
  const role = roleOf(host);
  const singleNode = cluster.spec.controlPlanes === 1;
  const need = singleNode && role !== 'worker' ? REQUIREMENTS.singleNode : REQUIREMENTS[role === 'auto-assign' ? 'worker' : role];
  const least = REQUIREMENTS.worker;
  const check = (id: string, message: string, status: Validation['status'] = 'success'): Validation => ({ id, group: 'hardware', status, message });
  /** With an inventory the outcome, without one the wait for it. */
  const known = (id: string, missing: string, of: (inventory: Inventory) => readonly [ok: boolean, message: string]): Validation => {
    if (inventory === undefined) return check(id, missing, 'pending');
    const [ok, message] = of(inventory);
    return check(id, message, ok ? 'success' : 'failure');
  };
  const tooFew = (what: string, least: string, found: string): string =>
    `The host is not eligible to participate in Openshift Cluster because the minimum required ${what} for any role is ${least}, found only ${found}`;

  return [
    inventory
      ? check('has-inventory', 'Valid inventory exists for the host')
      : check('has-inventory', 'Inventory has not been received for the host', 'failure'),
    known('inventory-not-partially-truncated', 'Missing inventory', () => [true, 'Inventory is not truncated']),
    known('inventory-not-fully-truncated', 'Missing inventory', () => [true, 'Inventory is not truncated']),
    known('has-min-cpu-cores', 'Missing inventory', ({ cpu }) =>
      cpu.count >= least.cpus ? [true, 'Sufficient CPU cores'] : [false, tooFew('CPU cores', String(least.cpus), String(cpu.count))],
    ),
    known('has-min-memory', 'Missing inventory', ({ memory }) =>
      memory.physical_bytes >= least.memoryBytes
        ? [true, 'Sufficient minimum RAM']
        : [false, tooFew('RAM', gibibytes(least.memoryBytes), gibibytes(memory.physical_bytes))],
    ),
    known('has-min-valid-disks', 'Missing inventory', (inventory) =>
      eligibleDisks(inventory).length > 0
        ? [true, 'Sufficient disk capacity']
        : [false, 'No eligible disks were found, please check specific disks to see why they are not eligible'],
    ),
    known('has-cpu-cores-for-role', 'Missing inventory or role', ({ cpu }) =>
      cpu.count >= need.cpus
        ? [true, `Sufficient CPU cores for role ${role}`]
        : [false, `Require at least ${need.cpus} CPU cores for ${role} role, found only ${cpu.count}`],
    ),
    known('has-memory-for-role', 'Missing inventory or role', ({ memory }) =>
      memory.physical_bytes >= need.memoryBytes
        ? [true, `Sufficient RAM for role ${role}`]
        : [false, `Require at least ${gibibytes(need.memoryBytes)} RAM for role ${role}, found only ${gibibytes(memory.physical_bytes)}`],
    ),
    known('hostname-unique', 'Missing inventory', () => uniqueHostname(host, hosts)),
    inventory ? known('hostname-valid', '', () => validHostname(host)) : check('hostname-valid', 'Missing inventory', 'failure'),
    inventory
      ? check('sufficient-installation-disk-speed', 'Speed of installation disk has not yet been measured')
      : check('sufficient-installation-disk-speed', 'Validation error', 'error'),
    known('compatible-with-cluster-platform', "Missing inventory or platform isn't set", () => [
      true,
      `Host is compatible with cluster platform ${cluster.spec.userManagedNetworking ? 'none' : 'baremetal'}`,
    ]),
    // Not asked for any more once the installer runs.
    ...(host.progress === undefined || host.progress.stage === 'Starting installation'
      ? [check('compatible-agent', 'Host agent is compatible with the service')]
      : []),
    check('no-skip-installation-disk', 'No request to skip formatting of the installation disk'),
    known('no-skip-missing-disk', 'Host inventory not available yet', () => [true, 'All disks that have skipped formatting are present in the host inventory']),
  ];
}

function uniqueHostname(host: HostRecord, hosts: readonly HostRecord[]): readonly [boolean, string] {
  const name = hostnameOf(host);
  const unique = hosts.every((other) => other.id === host.id || other.inventory === undefined || hostnameOf(other) !== name);
  return [unique, `Hostname ${name} is ${unique ? '' : 'not '}unique in cluster`];
}

function validHostname(host: HostRecord): readonly [boolean, string] {
  const name = hostnameOf(host);
  if (FORBIDDEN_HOSTNAMES.includes(name)) return [false, `The host name ${name} is forbidden`];
  if (!new RegExp(HOSTNAME).test(name)) return [false, `Hostname ${name} is forbidden, hostname should match pattern ${HOSTNAME}`];
  return [true, `Hostname ${name} is allowed`];
}

function gibibytes(bytes: number): string {
  return `${(bytes / GIB).toFixed(2)} GiB`;
}
