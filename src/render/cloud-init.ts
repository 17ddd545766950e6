import { stringify } from 'yaml';
import type { LabPlan, PlannedCluster, PlannedProvisionhost } from '../lab/plan.ts';

/** A VM that comes from a cloud image, and the cluster it serves. */
export interface CloudMachine {
  readonly cluster: PlannedCluster;
  readonly provisionhost: PlannedProvisionhost;
  /** Cloud image on the machine's server. */
  readonly image: string;
}

/** @returns undefined for a machine that an installer writes, as all are but a provisionhost with an image. */
export function cloudMachineOf(plan: LabPlan, machine: string): CloudMachine | undefined {
  for (const cluster of plan.clusters) {
    const { provisionhost } = cluster;
    if (provisionhost?.machine === machine && provisionhost.image !== undefined) return { cluster, provisionhost, image: provisionhost.image };
  }
  return undefined;
}

/** Where the CD with a machine's seed lies on its server. */
export function seedPath(options: { readonly imagesDir: string }, machine: string): string {
  return `${options.imagesDir}/${machine}-seed.iso`;
}

/**
 * The files of a NoCloud seed, name to text: an account that may do everything and that only keys open, the name that DNS
 * has, and DHCP on the NIC of the lab, found by its MAC.
 *
 * @see https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html
 */
export function renderCloudInit(
  plan: LabPlan,
  machine: string,
  { cluster, provisionhost }: CloudMachine,
  authorizedKeys: readonly string[],
): ReadonlyMap<string, string> {
  const { uuid, mac } = plan.machines.find(({ name }) => name === machine)!;
  const fqdn = `${provisionhost.name}.${cluster.name}.${cluster.baseDomain}`;
  const user = {
    name: provisionhost.user,
    gecos: 'labwright',
    shell: '/bin/bash',
    sudo: 'ALL=(ALL) NOPASSWD:ALL',
    lock_passwd: true,
    ssh_authorized_keys: authorizedKeys,
  };
  const userData = { hostname: provisionhost.name, fqdn, users: [user], ssh_pwauth: false, disable_root: true };
  const families = { dhcp4: provisionhost.addresses.some((one) => !one.includes(':')), dhcp6: provisionhost.addresses.some((one) => one.includes(':')) };
  return new Map([
    ['user-data', `#cloud-config\n${stringify(userData)}`],
    ['meta-data', stringify({ 'instance-id': uuid, 'local-hostname': provisionhost.name })],
    ['network-config', stringify({ version: 2, ethernets: { lab: { match: { macaddress: mac }, ...families } } })],
  ]);
}
