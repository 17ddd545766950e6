import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { Exec } from '../../util/exec.ts';
import { localExec } from '../../util/exec.ts';
import { WORLD_VARIABLE } from '../ask-control.ts';

export interface RehearsedProvisionhost {
  readonly name: string;
  readonly exec: Exec;
  readonly dir: string;
  readonly fetch: (file: { readonly path: string }, to: string) => Promise<void>;
}

/** What a provisionhost has, for the few questions that are asked of it: libvirt with KVM and no VM yet, and any bridge. */
const PROGRAMS: Readonly<Record<string, string>> = { virsh: '#!/bin/sh\nexit 0\n', ip: '#!/bin/sh\nexit 0\n' };

/**
 * Stands where a provisionhost would: commands run on this computer, with a folder first in PATH that has what only a
 * provisionhost has, and are told of their world. `folder` is made when somebody first comes, and is the world's to remove.
 */
export function rehearsedProvisionhost(folder: string, controlSocket: string, name: string): RehearsedProvisionhost {
  const bin = join(folder, 'bin');
  let made: Promise<void> | undefined;
  const make = async (): Promise<void> => {
    await mkdir(bin, { recursive: true });
    for (const [program, text] of Object.entries(PROGRAMS)) await writeFile(join(bin, program), text, { mode: 0o755 });
  };
  return {
    name,
    dir: join(folder, 'installations'),
    async exec(command, options = {}) {
      await (made ??= make());
      const env = { ...options.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`, [WORLD_VARIABLE]: controlSocket };
      return await localExec(command, { ...options, env });
    },
    async fetch({ path }, to) {
      await mkdir(dirname(to), { recursive: true });
      await copyFile(path, to);
      await chmod(to, 0o755);
    },
  };
}
