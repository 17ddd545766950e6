import { spawn } from 'node:child_process';
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { realSleep } from '../util/clock.ts';
import { LabwrightError } from '../util/errors.ts';
import { initialise, type Account } from './initialise.ts';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';

export interface EmbeddedPostgres {
  readonly socketFolder: string;
  readonly pid: number;
  /** True when a server that outlived its owner was found running. */
  readonly adopted: boolean;
  /** Fast shutdown; returns when the server is gone. */
  stop(): Promise<void>;
}

const startLimitMs = 60_000;

/**
 * Runs PostgreSQL on a Unix socket only, in `folder` (made when absent), or adopts the one that already runs there.
 * As root it runs under `postgres` or `nobody`, because the server refuses root.
 *
 * @throws LabwrightError `exec_failed` or `timed_out`, with the path of the server's log.
 */
export async function startEmbeddedPostgres(folder: string, signal?: AbortSignal): Promise<EmbeddedPostgres> {
  const root = resolve(folder);
  const data = join(root, 'data');
  const socketFolder = join(root, 'run');
  if (socketFolder.length > 85) throw new LabwrightError('bad_input', `${root} is too long for a Unix socket`, { hint: 'choose a shorter data directory' });
  const account = unprivilegedAccount();
  mkdirSync(root, { recursive: true, mode: 0o755 });
  for (const path of [data, socketFolder]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (account) chownSync(path, account.uid, account.gid);
  }
  const binaries = postgresBinaries(join(root, 'lib'));
  if (!existsSync(join(data, 'PG_VERSION'))) initialise(binaries, data, account);

  const deadline = performance.now() + startLimitMs;
  let child: { running: boolean; readonly pid: number | undefined } | undefined;
  while (performance.now() < deadline) {
    signal?.throwIfAborted();
    const found = readPidFile(data);
    if (found?.ready === true && isAlive(found.pid)) {
      return { socketFolder, pid: found.pid, adopted: found.pid !== child?.pid, stop: () => stop(data, found.pid) };
    }
    // A server that is shutting down makes the new one exit; the next turn tries again.
    if (child?.running !== true) child = launch(binaries, root, account);
    await realSleep(100, signal);
  }
  if (child?.running === true && child.pid !== undefined) process.kill(child.pid, 'SIGINT');
  throw new LabwrightError('timed_out', `PostgreSQL in ${root} did not become ready`, { hint: `read ${join(root, 'postgres.log')}` });
}

/** Ends the server of a folder whose owner is gone. */
export async function endPostgres(folder: string): Promise<void> {
  const data = join(resolve(folder), 'data');
  const found = readPidFile(data);
  if (found) await stop(data, found.pid);
}

function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const fields = accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (!fields) throw new LabwrightError('not_found', 'no account to run PostgreSQL under', { hint: 'add the user nobody or postgres, or set DATABASE_URL' });
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
}

function launch(binaries: PostgresBinaries, root: string, account: Account | undefined): { running: boolean; readonly pid: number | undefined } {
  const log = openSync(join(root, 'postgres.log'), 'a');
  const settings = ['-c', 'listen_addresses=', '-c', 'unix_socket_permissions=0700', '-k', join(root, 'run')];
  const process_ = spawn(join(binaries.bin, 'postgres'), ['-D', join(root, 'data'), ...settings], {
    ...account,
    cwd: '/',
    env: { ...process.env, ...binaries.env },
    detached: true, // Ctrl-C at a terminal is for us; we stop the server ourselves.
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const child = { running: true, pid: process_.pid };
  process_.on('error', () => (child.running = false));
  process_.on('exit', () => (child.running = false));
  process_.unref();
  return child;
}

async function stop(data: string, pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, 'SIGINT');
  const deadline = performance.now() + startLimitMs;
  while (isAlive(pid)) {
    if (performance.now() > deadline) throw new LabwrightError('timed_out', `PostgreSQL (pid ${pid}) in ${data} does not stop`);
    await realSleep(50);
  }
}

/** Line 1 is the pid, line 8 the state, padded with blanks. */
function readPidFile(data: string): { readonly pid: number; readonly ready: boolean } | undefined {
  const path = join(data, 'postmaster.pid');
  if (!existsSync(path)) return undefined;
  const lines = readFileSync(path, 'utf8').split('\n');
  return { pid: Number(lines[0]), ready: lines[7]?.trim() === 'ready' };
}

/** A zombie counts as gone: an adopted server has no parent here that reaps it. The name guards against a reused pid. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.includes('(postgres)') && !stat.includes(') Z ');
  } catch {
    return false;
  }
}
