import { stringify } from 'yaml';
import type { PlannedMachine } from '../../lab/plan.ts';

export type Vars = Readonly<Record<string, unknown>>;

export interface InventoryGroup {
  readonly hosts?: Readonly<Record<string, Vars | null>>;
  readonly vars?: Vars;
  readonly children?: Readonly<Record<string, InventoryGroup>>;
}

/** An inventory as YAML. PyYAML is YAML 1.1: there an unquoted MAC of decimal digits is a number of base 60. */
export function inventoryText(vars: Vars, children: Readonly<Record<string, InventoryGroup>>): string {
  return stringify({ all: { vars, children } }, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}

/**
 * Where Ansible finds the password of a machine's BMC when it runs; an inventory never holds one in clear. Each machine has its own:
 * a host's stands in its file on the jumphost, a VM's is in an environment variable named after the VM.
 */
export function passwordLookup({ name, bmc }: Pick<PlannedMachine, 'name' | 'bmc'>): string {
  return bmc.passwordFile === undefined ? `{{ lookup('env', '${passwordVariable(name)}') }}` : `{{ lookup('file', '${bmc.passwordFile}') }}`;
}

/** `LABWRIGHT_BMC_PASSWORD_C1_MASTER_0`. */
export function passwordVariable(machine: string): string {
  return `LABWRIGHT_BMC_PASSWORD_${machine.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}

/** The port a BMC listens on; a URL leaves out the one that its scheme implies. */
export function bmcPort(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return { 'https:': 443, 'http:': 80 }[url.protocol] ?? 623;
}
