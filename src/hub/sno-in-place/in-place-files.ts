import { join } from 'node:path';
import type { ActionDeps, ActionInput } from '../action.ts';
import { installerFiles, type InstallerFiles } from '../cluster-install/installer-files.ts';

export interface InPlaceFiles extends InstallerFiles {
  /** Of the live system, which is the bootstrap and then writes the disk. */
  readonly ignition: string;
  readonly iso: string;
}

export function inPlaceFiles(deps: Pick<ActionDeps, 'workDir'>, input: Pick<ActionInput, 'cluster'>): InPlaceFiles {
  const files = installerFiles(deps, input);
  return { ...files, ignition: join(files.dir, 'bootstrap-in-place-for-live-iso.ign'), iso: join(files.dir, 'live.iso') };
}
