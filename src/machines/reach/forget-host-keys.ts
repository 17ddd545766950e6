import { readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { LabPlan } from '../../lab/plan.ts';

/** Where the host keys of a lab's machines are kept: beside its lab file. */
export function knownHostsFolder(labPath: string): string {
  return join(dirname(resolve(labPath)), '.labwright', 'ssh', 'known_hosts.d');
}

/** After a destroy VMs begin at their first generation again, and the jumphost knows no installations: what was known of former systems must not speak against the next. */
export function forgetHostKeys(labPath: string, { lab, machines }: Pick<LabPlan, 'lab' | 'machines'>): void {
  forget(knownHostsFolder(labPath), lab, new Set(machines.map(({ name }) => name)));
}

/** Forgets a machine's host keys of all generations. */
export function forgetHostKey(folder: string, { lab }: Pick<LabPlan, 'lab'>, machine: string): void {
  forget(folder, lab, new Set([machine]));
}

/** Files are called MACHINE.GENERATION.LAB, and names have no dots. */
function forget(folder: string, lab: string, machines: ReadonlySet<string>): void {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch {
    return; // Nobody has reached a machine of this lab from here.
  }
  for (const file of files) {
    const [machine = '', , ofLab] = file.split('.');
    if (ofLab === lab && machines.has(machine)) rmSync(join(folder, file), { force: true });
  }
}
