import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod';
import type { ClusterCertificates } from '../api/access/cluster-certificates.ts';

/** One command of the installer. */
export interface Task {
  readonly dir: string;
  readonly version: string;
  readonly say: (message: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const STATE_FILE = '.openshift_install_state.json';

/** Where it logs, beside what it says. */
export const LOG_FILE = '.openshift_install.log';

/** What an installer has kept in its folder: run again there, it goes on with the same cluster. @returns undefined for a new folder. */
export async function readState<T>(dir: string, shape: z.ZodType<T>): Promise<T | undefined> {
  try {
    return shape.parse(JSON.parse(await readFile(join(dir, STATE_FILE), 'utf8')));
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    throw error;
  }
}

export async function writeState(dir: string, state: object): Promise<void> {
  await writeFile(join(dir, STATE_FILE), JSON.stringify(state), { mode: 0o600 });
}

/** `auth/kubeconfig` and `auth/kubeadmin-password`. */
export async function writeAuth(dir: string, { kubeconfig }: Pick<ClusterCertificates, 'kubeconfig'>, password: string): Promise<void> {
  await mkdir(join(dir, 'auth'), { recursive: true, mode: 0o750 });
  await writeFile(join(dir, 'auth', 'kubeconfig'), kubeconfig, { mode: 0o640 });
  await writeFile(join(dir, 'auth', 'kubeadmin-password'), password, { mode: 0o640 });
}

/** Shaped as the real one's. */
export function newPassword(): string {
  return Array.from({ length: 4 }, word).join('-');
}

function word(): string {
  return randomBytes(5).toString('base64url').replaceAll(/[-_]/g, 'x').slice(0, 5);
}

export function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
