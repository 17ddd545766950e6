import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localExec } from '../../util/exec.ts';
import { runScript } from './run-script.ts';

test('a failure says what was to be done and what the host said, not the script', async () => {
  const script = { purpose: 'make the folder /x', text: 'echo "no space on $1" >&2; exit 4', args: ['disk'] };
  await assert.rejects(runScript(localExec, script), { code: 'exec_failed', message: 'localhost cannot make the folder /x: no space on disk' });
});

test('a program that is not installed is named in the hint', async () => {
  await assert.rejects(runScript(localExec, { purpose: 'list the domains', text: 'no-such-virsh list' }), { hint: 'install no-such-virsh on localhost' });
});
