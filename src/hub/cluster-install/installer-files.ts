import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionDeps, ActionInput } from '../action.ts';

/** Where the installer of one job works: its folder holds the cluster's CA, so it is made once and kept. */
export interface InstallerFiles {
  readonly dir: string;
  readonly installConfig: string;
  readonly kubeconfig: string;
  readonly password: string;
}

export function installerFiles({ workDir }: Pick<ActionDeps, 'workDir'>, { cluster }: Pick<ActionInput, 'cluster'>): InstallerFiles {
  const dir = join(workDir, cluster.name);
  return {
    dir,
    installConfig: join(dir, 'install-config.yaml'),
    kubeconfig: join(dir, 'auth', 'kubeconfig'),
    password: join(dir, 'auth', 'kubeadmin-password'),
  };
}

/** Those that are not there, for a message; empty when all are. */
export function missingOf(files: readonly string[]): readonly string[] {
  return files.filter((file) => !existsSync(file));
}
