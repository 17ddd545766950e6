import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabPlan } from '../lab/plan.ts';
import { machineCredentials } from '../machines/bmc/credentials.ts';
import { clusterOf } from '../render/cluster-of.ts';
import { machineOf } from '../render/machine-of.ts';
import { passwordVariable } from '../render/inventory/inventory-text.ts';
import { LabwrightError, messageOf } from '../util/errors.ts';

/**
 * Writes the BMC passwords of a cluster's VMs, under the names that its inventory looks up, into a file of mode 0600 to be sourced by
 * a shell. Those of bare metal stand in their own files already.
 *
 * @param agentDir where the lab's agent keeps its secret; it is read, never made: passwords of another secret open nothing.
 */
export async function writeBmcPasswords(path: string, plan: LabPlan, cluster: string, agentDir: string): Promise<void> {
  const secretPath = join(agentDir, 'lab-secret');
  const secret = await readFile(secretPath, 'utf8').catch((cause: unknown) => {
    throw new LabwrightError('bad_input', `the lab's secret cannot be read: ${messageOf(cause)}`, {
      hint: 'run this on the jumphost as the user of its agent, and name the agent’s folder: --data DIR',
      cause,
    });
  });
  const credentials = machineCredentials(plan, secret.trim());
  const machines = clusterOf(plan, cluster).nodes.flatMap((node) => (node.role === 'provisionhost' ? [] : [machineOf(plan, node)]));
  const lines = machines
    .filter(({ bmc }) => bmc.passwordFile === undefined)
    .map(({ name }) => `export ${passwordVariable(name)}='${credentials.get(name)!.password}'\n`);
  const draft = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(draft, 'wx', 0o600);
    await file.writeFile(lines.join(''));
    await file.close();
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    throw new LabwrightError('exec_failed', `cannot write ${path}: ${messageOf(cause)}`, { hint: 'name a file in a folder of your own', cause });
  }
}
