import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { realSleep } from './clock.ts';
import { localExec } from './exec.ts';
import { redact } from './redact.ts';

test('a failed command says which, how, and what it wrote last', async () => {
  await assert.rejects(localExec(['sh', '-c', 'echo broken >&2; exit 3']), { code: 'exec_failed', message: /exit code 3.*broken/ });
});

test('an aborted command is gone with its children', { timeout: 20_000 }, async () => {
  const stop = new AbortController();
  const lines: string[] = [];
  const running = localExec(['sh', '-c', 'sleep 60 & echo $!; wait'], {
    signal: stop.signal,
    onOutput: (chunk) => {
      lines.push(chunk);
      stop.abort(new Error('enough'));
    },
  });
  await assert.rejects(running, /enough/);
  // Killed with the command, it closes its output before the kernel counts it as dead.
  while (isAlive(Number(lines[0]))) await realSleep(5);
});

test('secrets are hidden by value and by pattern', () => {
  assert.equal(redact('login with hunter22 at https://u:pw1234@git.lab/x', ['hunter22']), 'login with «redacted» at https://u:«redacted»@git.lab/x');
});

/** A killed process may stay as a zombie until its new parent reaps it. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
