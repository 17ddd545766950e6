import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileCredentials } from './file-credentials.ts';

const bmc = { url: 'https://192.168.30.11/redfish/v1/Systems/1', protocol: 'redfish-virtualmedia', username: 'root', verifyTls: false } as const;

test('a password is the file without its last line end, read anew each time; without one the file is named', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lw-bmc-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'metal1');
  const read = () => fileCredentials({ name: 'metal1', bmc }, path);
  assert.throws(read, (error: Error) => error.message.includes(path) && 'code' in error && error.code === 'unauthorized');
  writeFileSync(path, 'first one \n');
  assert.deepEqual(read(), { username: 'root', password: 'first one ' });
  writeFileSync(path, 'second');
  assert.equal(read().password, 'second');
  writeFileSync(path, '\n');
  assert.throws(read, { code: 'unauthorized' });
});
