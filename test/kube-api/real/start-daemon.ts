import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { realSleep } from '../../../src/util/clock.ts';

export interface Daemon extends AsyncDisposable {
  /** The end of its log once it has ended on its own, else undefined. */
  readonly failure: () => string | undefined;
}

const STOP_WITHIN_MS = 15_000;
const TAIL_LINES = 20;

/** Starts a program that runs until it is disposed (SIGTERM, and SIGKILL when that does not help) or this process ends. */
export function startDaemon(program: string, args: readonly string[], logFile: string): Daemon {
  endOnSignals();
  const log = openSync(logFile, 'w');
  const child = spawn(...dyingWithUs(program, args), { stdio: ['ignore', log, log] });
  closeSync(log);
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended ??= `${basename(program)} ended with ${signal ?? code}:\n${tailOf(logFile)}`));
  const kill = (): void => void child.kill('SIGKILL');
  process.on('exit', kill);
  return {
    failure: () => ended,
    async [Symbol.asyncDispose]() {
      const giveUp = new AbortController();
      child.kill('SIGTERM');
      const stubborn = realSleep(STOP_WITHIN_MS, giveUp.signal).then(kill, () => undefined);
      if (ended === undefined) await exited;
      giveUp.abort();
      await stubborn;
      process.off('exit', kill);
    },
  };
}

/** Also when this process is killed with SIGKILL: the kernel sees to it (prctl(2), PR_SET_PDEATHSIG). */
function dyingWithUs(program: string, args: readonly string[]): [string, string[]] {
  const setpriv = '/usr/bin/setpriv';
  return existsSync(setpriv) ? [setpriv, ['--pdeathsig', 'KILL', program, ...args]] : [program, [...args]];
}

/** A signal ends Node without its 'exit' event, and with that the children would live on. */
function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    if (process.listenerCount(signal) === 0) process.once(signal, () => process.exit(1));
  }
}

function tailOf(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}
