import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Endpoint } from '../util/dial.ts';
import { startFileStore } from './file-store.ts';

const secret = 'a lab secret';

test('a file is served whole and in ranges under an address of the lab', async (t) => {
  const { folder, published, store } = await open(t);
  writeFileSync(join(folder, 'job/agent image.iso'), '0123456789');
  const url = store.urlOf(join(folder, 'job/agent image.iso'));
  assert.match(url, /^http:\/\/192\.168\.21\.1:8008\/[\w-]{43}\/job\/agent%20image\.iso$/);
  const at = here(url, published[0]!);
  assert.equal(await (await fetch(at)).text(), '0123456789');
  const cases = { 'bytes=2-4': '234', 'bytes=7-': '789', 'bytes=-3': '789', 'bytes=8-99': '89' };
  for (const [range, wanted] of Object.entries(cases)) {
    const answer = await fetch(at, { headers: { range } });
    assert.deepEqual([answer.status, await answer.text()], [206, wanted]);
  }
  assert.equal((await fetch(at, { headers: { range: 'bytes=10-' } })).status, 416);
  const head = await fetch(at, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('content-length'), head.headers.get('accept-ranges')], [200, '10', 'bytes']);
});

test('a URL opens only the file it was made for, and goes on opening it after a restart', async (t) => {
  const { folder, published, store } = await open(t);
  writeFileSync(join(folder, 'job/a.iso'), 'a');
  writeFileSync(join(folder, 'job/b.iso'), 'b');
  const url = store.urlOf(join(folder, 'job/a.iso'));
  assert.equal((await fetch(here(url.replace('a.iso', 'b.iso'), published[0]!))).status, 404);
  assert.equal((await fetch(here(url.replace('job/a.iso', '../secret'), published[0]!))).status, 404);
  await store.close();
  const again = await open(t, folder);
  assert.equal(await (await fetch(here(url, again.published[0]!))).text(), 'a');
});

async function open(t: TestContext, known?: string) {
  const folder = known ?? mkdtempSync(join(tmpdir(), 'labwright-store-'));
  mkdirSync(join(folder, 'job'), { recursive: true });
  const published: Endpoint[] = [];
  const publishStore = (listener: Endpoint): Promise<Endpoint> => {
    published.push(listener);
    return Promise.resolve({ host: '192.168.21.1', port: 8008 });
  };
  const store = await startFileStore({ storeListens: { host: '127.0.0.1', port: 0 }, publishStore }, folder, secret);
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, published, store };
}

function here(url: string, { host, port }: Endpoint): string {
  return url.replace('192.168.21.1:8008', `${host}:${port}`);
}
