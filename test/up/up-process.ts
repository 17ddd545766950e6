import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { realSleep } from '../../src/util/clock.ts';
import { packageRoot } from '../../src/util/package-root.ts';

const LIMIT_MS = 120_000;

/** A `labwright …` that goes on until it is stopped, and what it has printed. */
export interface RunningLabwright {
  readonly child: ChildProcess;
  output(): string;
  /** Resolves with the match as soon as the output has it; fails when the process ends first. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal and waits for the end. @returns the exit code, null when the signal ended it. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
  ended(): Promise<number | null>;
}

export function startLabwright(t: TestContext, args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningLabwright {
  const child = spawn(process.execPath, [join(packageRoot(), 'bin/labwright.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
  t.after(() => {
    if (child.exitCode === null) child.kill('SIGKILL');
  });
  return {
    child,
    output: () => output,
    async printed(pattern) {
      for (const until = performance.now() + LIMIT_MS; performance.now() < until;) {
        const match = pattern.exec(output);
        if (match) return match;
        assert.equal(child.exitCode, null, `it ended before it printed ${pattern}:\n${output}`);
        await realSleep(5);
      }
      throw new Error(`it did not print ${pattern}:\n${output}`);
    },
    stop(signal) {
      child.kill(signal);
      return exit;
    },
    ended: () => exit,
  };
}

/** A data directory that PostgreSQL's own account may enter. */
export function dataDir(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'labwright-up-'));
  chmodSync(path, 0o755);
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
