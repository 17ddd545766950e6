import { mkdir, writeFile } from 'node:fs/promises';
import type { PlannedMachine } from '../../lab/plan.ts';
import { mirrorInstallConfig } from '../../render/mirror/mirror-objects.ts';
import { renderInstallConfig } from '../../render/install-config.ts';
import type { Memory } from '../../util/step.ts';
import type { ActionInput } from '../action.ts';
import { foundMirror, mirrorCa } from '../mirror/mirror-inside.ts';
import type { InstallerFiles } from './installer-files.ts';

/** It holds secrets: for this user's eyes only. `bmcPassword`: of IPI, which drives the BMCs itself. */
export async function writeInstallConfig(
  { cluster, plan, pullSecret, sshPublicKey, mirror, release }: ActionInput,
  files: InstallerFiles,
  memory: Memory,
  bmcPassword?: (machine: PlannedMachine) => string,
): Promise<void> {
  const found = foundMirror(memory);
  const mirrors = found && mirror && mirrorInstallConfig({ version: release.version, sources: found.sources }, await mirrorCa(mirror));
  const options = { cluster: cluster.name, pullSecret, sshKey: sshPublicKey, ...(mirrors && { mirrors }), ...(bmcPassword && { bmcPassword }) };
  await mkdir(files.dir, { recursive: true, mode: 0o700 });
  await writeFile(files.installConfig, renderInstallConfig(plan, options), { mode: 0o600 });
}
