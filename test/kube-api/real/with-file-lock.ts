import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { realSleep } from '../../../src/util/clock.ts';
import { processStartTicks } from '../../../src/util/process-start-ticks.ts';

/** Runs `work` while no other process on this machine does so under the same lock file; a lock whose owner has died is taken over. */
export async function withFileLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const me = `${process.pid} ${await processStartTicks(process.pid)}`;
  while (!taken(path, me)) {
    await dropIfOrphaned(path);
    await realSleep(500, signal);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function taken(path: string, owner: string): boolean {
  try {
    writeFileSync(path, owner, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function dropIfOrphaned(path: string): Promise<void> {
  const owner = readOwner(path);
  const [pid, startTicks] = owner.split(' ');
  // Empty: just being written. A process with another start is another process with the same number.
  if (pid === undefined || startTicks === undefined || (await processStartTicks(Number(pid))) === startTicks) return;
  if (readOwner(path) === owner) rmSync(path, { force: true });
}

function readOwner(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
