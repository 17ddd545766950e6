import { join } from 'node:path';
import type { NodeRole, PlannedMachine, PlannedNode } from '../../lab/plan.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { installerFiles, type InstallerFiles } from '../cluster-install/installer-files.ts';

export interface UpiFiles extends InstallerFiles {
  readonly manifests: string;
  readonly scheduler: string;
  readonly ignition: Readonly<Record<'bootstrap' | 'master' | 'worker', string>>;
  /** The image of one machine: each installs to its own disk. */
  readonly isoOf: (machine: Pick<PlannedMachine, 'name'>) => string;
}

export function upiFiles(deps: Pick<ActionDeps, 'workDir'>, input: Pick<ActionInput, 'cluster'>): UpiFiles {
  const files = installerFiles(deps, input);
  const at = (name: string): string => join(files.dir, name);
  return {
    ...files,
    manifests: at('manifests'),
    scheduler: at('manifests/cluster-scheduler-02-config.yml'),
    ignition: { bootstrap: at('bootstrap.ign'), master: at('master.ign'), worker: at('worker.ign') },
    isoOf: ({ name }) => at(`${name}.iso`),
  };
}

export function nodesOf({ cluster }: Pick<ActionInput, 'cluster'>, role: NodeRole): readonly PlannedNode[] {
  return cluster.nodes.filter((node) => node.role === role);
}

/** The machines below nodes of a role. */
export function machinesOfRole(input: Pick<ActionInput, 'cluster' | 'plan'>, role: NodeRole): readonly PlannedMachine[] {
  return nodesOf(input, role).flatMap((node) => input.plan.machines.filter(({ name }) => name === node.machine));
}
