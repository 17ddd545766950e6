import { basename, dirname, join, resolve } from 'node:path';
import { realSleep } from '../util/clock.ts';
import { LabwrightError } from '../util/errors.ts';
import { holdLock, type Lock } from '../util/hold-lock.ts';
import { readLab } from './read-lab.ts';

export interface LockOptions {
  /** How long to wait for the one that is at work. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

/**
 * One apply, destroy or change of claims at a time for the lab file at PATH; a killed one leaves nothing to clear.
 *
 * @throws LabwrightError `conflict` with the pid of the one that is at work.
 */
export async function lockLab(path: string, { waitMs, signal }: LockOptions = { waitMs: 0 }): Promise<Disposable> {
  const labPath = resolve((await readLab(path)).labPath);
  const take = (): Lock => holdLock(join(dirname(labPath), '.labwright', `${basename(labPath)}.apply.lock`), 0);
  const deadlineMs = performance.now() + waitMs;
  let lock = take();
  while (lock.state === 'taken' && performance.now() < deadlineMs) {
    await realSleep(200, signal);
    lock = take();
  }
  if (lock.state === 'held') return lock;
  const pid = lock.pid === undefined ? 'another process' : `process ${lock.pid}`;
  throw new LabwrightError('conflict', `${pid} is applying or destroying ${labPath}`, {
    hint: 'wait until it has ended, or interrupt it, then run this again',
  });
}
