import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionDeps, ActionInput } from '../action.ts';

/** Where the installer of one job works: its folder holds the cluster's CA, so it is made once and kept. */
export interface AgentFiles {
  readonly dir: string;
  readonly installConfig: string;
  readonly agentConfig: string;
  readonly iso: string;
  readonly kubeconfig: string;
  readonly password: string;
}

export function agentFiles({ workDir }: Pick<ActionDeps, 'workDir'>, { cluster }: Pick<ActionInput, 'cluster'>): AgentFiles {
  const dir = join(workDir, cluster.name);
  return {
    dir,
    installConfig: join(dir, 'install-config.yaml'),
    agentConfig: join(dir, 'agent-config.yaml'),
    iso: join(dir, 'agent.x86_64.iso'),
    kubeconfig: join(dir, 'auth', 'kubeconfig'),
    password: join(dir, 'auth', 'kubeadmin-password'),
  };
}

export function isImageMade(files: AgentFiles): boolean {
  return [files.iso, files.kubeconfig, files.password].every((file) => existsSync(file));
}
