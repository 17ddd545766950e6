import { join } from 'node:path';
import type { ActionDeps, ActionInput } from '../action.ts';
import { installerFiles, type InstallerFiles } from '../cluster-install/installer-files.ts';

export interface AgentFiles extends InstallerFiles {
  readonly agentConfig: string;
  readonly iso: string;
}

export function agentFiles(deps: Pick<ActionDeps, 'workDir'>, input: Pick<ActionInput, 'cluster'>): AgentFiles {
  const files = installerFiles(deps, input);
  return { ...files, agentConfig: join(files.dir, 'agent-config.yaml'), iso: join(files.dir, 'agent.x86_64.iso') };
}
