import { basename, dirname, join, resolve } from 'node:path';
import { LabwrightError } from '../util/errors.ts';
import { holdLock } from '../util/hold-lock.ts';
import { readLab } from './read-lab.ts';

/**
 * One apply or destroy at a time for the lab file at PATH; a killed one leaves nothing to clear.
 *
 * @throws LabwrightError `conflict` with the pid of the one that is at work.
 */
export async function lockLab(path: string): Promise<Disposable> {
  const labPath = resolve((await readLab(path)).labPath);
  const lock = holdLock(join(dirname(labPath), '.labwright', `${basename(labPath)}.apply.lock`), 0);
  if (lock.state === 'held') return lock;
  const pid = lock.pid === undefined ? 'another process' : `process ${lock.pid}`;
  throw new LabwrightError('conflict', `${pid} is applying or destroying ${labPath}`, {
    hint: 'wait until it has ended, or interrupt it, then run this again',
  });
}
