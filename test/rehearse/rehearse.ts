import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import type { RehearsalReport } from '../../src/cli/house/rehearsal-report.ts';
import { packageRoot } from '../../src/util/package-root.ts';

export const DAILY = join(packageRoot(), 'examples/pretty-lab/daily.yml');

export interface Rehearsed {
  readonly exitCode: number | null;
  readonly report: RehearsalReport;
  readonly stderr: string;
}

/** `labwright rehearse … --json`, as a user runs it. */
export async function rehearse(...args: readonly string[]): Promise<Rehearsed> {
  const child = spawn(process.execPath, [join(packageRoot(), 'bin/labwright.js'), 'rehearse', ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  assert.match(stdout, /^\{/, stderr);
  return { exitCode, report: JSON.parse(stdout) as RehearsalReport, stderr };
}
