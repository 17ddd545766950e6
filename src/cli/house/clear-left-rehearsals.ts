import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { endPostgres } from '../../db/embedded-postgres.ts';
import { endWorld } from '../../rehearsal/world/start-world.ts';
import { isLabwrightError } from '../../util/errors.ts';
import { LOCK_FILE, lockDataDir } from './lock-data-dir.ts';
import { worldDir } from './run-rehearsal.ts';

/**
 * Clears away what `labwright rehearse` left in a folder of temporary folders when it was killed: its database, its world,
 * its files. Only this user's folders, and only those locked by a process that is gone: a kept one holds no lock.
 */
export async function clearLeftRehearsals(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const dataDir = join(parent, name);
    // Read one after the other: there is hardly ever more than one.
    if (!(await isOurs(join(dataDir, LOCK_FILE)))) continue;
    try {
      await lockDataDir(dataDir);
    } catch (error) {
      if (isLabwrightError(error) && error.code === 'conflict') continue;
      throw error;
    }
    await Promise.all([endWorld(worldDir(dataDir)), endPostgres(join(dataDir, 'pg'))]);
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function isOurs(path: string): Promise<boolean> {
  try {
    return (await stat(path)).uid === process.getuid?.();
  } catch {
    return false; // Not there, or not for us.
  }
}
