import { constants } from 'node:fs';
import { access, chmod, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memoryFolder = '/dev/shm';
const neededBytes = 1024 ** 3;

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * A folder for one run, removed when disposed; in memory where there is room, because a database of a thousand small files
 * starts four times faster there. Others may pass through it (the account that runs PostgreSQL), so its parts guard themselves.
 */
export async function makeTemporaryFolder(prefix: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join((await hasRoom(memoryFolder)) ? memoryFolder : tmpdir(), prefix));
  await chmod(path, 0o755);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function hasRoom(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize >= neededBytes;
  } catch {
    return false;
  }
}
