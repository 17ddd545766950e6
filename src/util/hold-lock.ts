import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from './errors.ts';

export type Lock =
  | ({ readonly state: 'held' } & Disposable)
  /** By another process, or another part of this one; the pid is undefined in the moment before the holder wrote it. */
  | { readonly state: 'taken'; readonly pid: number | undefined };

/**
 * Takes a lock that the kernel gives back however its holder ends, kill -9 included: a byte-range lock on the file at
 * `path`, through SQLite because Node has none. `<path>.pid` says who has it, for people.
 *
 * Blocks the process for up to `waitMs`, so that whoever waits must not be waited for by code of the same process.
 */
export function holdLock(path: string, waitMs: number): Lock {
  mkdirSync(dirname(path), { recursive: true });
  const db = new DatabaseSync(path, { timeout: waitMs });
  try {
    db.exec('BEGIN EXCLUSIVE');
    writeFileSync(`${path}.pid`, `${process.pid}\n`);
  } catch (error) {
    db.close();
    if (!/database is (locked|busy)/.test(messageOf(error))) throw error;
    return { state: 'taken', pid: pidIn(`${path}.pid`) };
  }
  return { state: 'held', [Symbol.dispose]: () => db.close() };
}

function pidIn(path: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10) || undefined;
  } catch {
    return undefined;
  }
}
