import { readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { LabPlan } from '../../lab/plan.ts';

/** Where the host keys of a lab's machines are kept: beside its lab file. */
export function knownHostsFolder(labPath: string): string {
  return join(dirname(resolve(labPath)), '.labwright', 'ssh', 'known_hosts.d');
}

/** VMs that were destroyed begin at their first generation again: what was known of the former ones must not speak against them. */
export function forgetHostKeys(labPath: string, { machines }: Pick<LabPlan, 'machines'>): void {
  const folder = knownHostsFolder(labPath);
  const vms = machines.filter(({ kind }) => kind === 'vm').map(({ name }) => `${name}.g`);
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch {
    return; // Nobody has reached a machine of this lab from here.
  }
  for (const file of files) if (vms.some((start) => file.startsWith(start))) rmSync(join(folder, file), { force: true });
}
