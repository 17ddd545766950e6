import { allVars, hostsOf, varsOfHost, type Inventory } from '../../lab/ansible-inventory/inventory.ts';
import { ABI_INVENTORY } from './abi-variables.ts';
import type { AgentInventory, Method } from './agent-variable.ts';
import { IPI_INVENTORY } from './ipi-variables.ts';
import { SNO_INVENTORY } from './sno-variables.ts';
import { UPI_INVENTORY } from './upi-variables.ts';

export const AGENT_INVENTORIES: Readonly<Record<Method, AgentInventory>> = { ipi: IPI_INVENTORY, sno: SNO_INVENTORY, abi: ABI_INVENTORY, upi: UPI_INVENTORY };

/** `install_type` of an inventory, from all hosts or from the first that has one; undefined when it says nothing. */
export function installType(inventory: Inventory): string | undefined {
  const everywhere = allVars(inventory).get('install_type');
  const some = everywhere ?? hostsOf(inventory, 'all').flatMap((host) => varsOfHost(inventory, host).get('install_type') ?? [])[0];
  return typeof some?.value === 'string' ? some.value : undefined;
}

/** Every variable that the agent reads for some method. */
export function knownVariables(): Set<string> {
  return new Set(Object.values(AGENT_INVENTORIES).flatMap(({ variables }) => variables.map(({ name }) => name)));
}
