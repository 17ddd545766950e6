import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { processStartTicks } from '../../util/process-start-ticks.ts';
import { LabwrightError } from '../../util/errors.ts';

export const LOCK_FILE = 'labwright.pid';

/** Start time beside the pid: after a crash another process may have the pid by now. */
const Holder = z.object({ pid: z.int(), startTicks: z.string() });

/**
 * Claims a data directory for this process; what a killed process left is taken over.
 *
 * @returns how to give it up again.
 * @throws LabwrightError `conflict` with the pid of the process that has it.
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const path = join(dataDir, LOCK_FILE);
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify({ pid: process.pid, startTicks: await processStartTicks(process.pid) })}\n`);
  try {
    for (;;) {
      try {
        await link(draft, path); // Fails when it is there, whole from the start: nobody reads half of it.
        return () => rm(path, { force: true });
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
      const pid = await livingHolder(path);
      if (pid !== undefined) {
        throw new LabwrightError('conflict', `${dataDir} is in use by the labwright with pid ${pid}`, {
          hint: `stop it (kill ${pid}), or choose another data directory with --data`,
        });
      }
      await rm(path, { force: true });
    }
  } finally {
    await rm(draft, { force: true });
  }
}

async function livingHolder(path: string): Promise<number | undefined> {
  try {
    const { pid, startTicks } = Holder.parse(JSON.parse(await readFile(path, 'utf8')));
    return startTicks !== '' && (await processStartTicks(pid)) === startTicks ? pid : undefined;
  } catch {
    return undefined;
  }
}
