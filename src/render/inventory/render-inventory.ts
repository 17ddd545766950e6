import type { InstallMethod, LabPlan } from '../../lab/plan.ts';
import { LabwrightError } from '../../util/errors.ts';
import { clusterOf } from '../cluster-of.ts';
import { renderAbiInventory } from './abi.ts';
import type { Method } from './agent-variable.ts';
import type { Vars } from './inventory-text.ts';
import { renderIpiInventory } from './ipi.ts';
import { renderSnoInventory } from './sno.ts';
import { renderUpiInventory } from './upi.ts';

export interface InventoryOptions {
  /** Name or address of the machine that the installer runs on; by default the cluster's own, or the jumphost. */
  readonly provisioner?: string | undefined;
  /** Variables of all hosts beside or instead of those that the plan gives: proxy, registry, time servers. */
  readonly vars?: Vars;
}

const FORMATS: Readonly<Partial<Record<InstallMethod, Method>>> = { ipi: 'ipi', 'sno-in-place': 'sno', abi: 'abi', assisted: 'abi', upi: 'upi' };

/**
 * A cluster's Ansible inventory for dci-openshift-agent, as YAML, in the format of its install method or another that is named.
 *
 * @throws `not_found` for an unknown cluster, `bad_input` when the agent cannot install it so.
 */
export function renderInventory(plan: LabPlan, name: string, options: InventoryOptions & { readonly format?: Method | undefined }): string {
  const cluster = clusterOf(plan, name);
  const format = options.format ?? FORMATS[cluster.install];
  if (format === undefined)
    throw new LabwrightError('bad_input', `dci-openshift-agent has no inventory for install: ${cluster.install} of ${name}`, {
      hint: 'name the format that you want: --format ipi, sno, abi or upi',
    });
  return { ipi: renderIpiInventory, sno: renderSnoInventory, abi: renderAbiInventory, upi: renderUpiInventory }[format](plan, cluster, options);
}
