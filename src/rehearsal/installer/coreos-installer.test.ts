import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { runCoreosInstaller } from './coreos-installer.ts';
import { pristineIso, readLiveIso } from './live-iso.ts';

const IGNITION = '{"ignition":{"version":"3.2.0"}}';

function folder(t: TestContext): { readonly dir: string; readonly at: (name: string) => string } {
  const dir = mkdtempSync(join(tmpdir(), 'labwright-coreos-test-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'live.iso'), pristineIso('4.18.10'));
  writeFileSync(join(dir, 'one.ign'), IGNITION);
  writeFileSync(join(dir, 'no.ign'), '{}');
  return { dir, at: (name) => join(dir, name) };
}

async function run(...argv: readonly string[]): Promise<{ readonly exitCode: number; readonly said: string }> {
  let said = '';
  const exitCode = await runCoreosInstaller(argv, (line) => (said += line));
  return { exitCode, said };
}

test('an ignition is embedded in place, or installed to a device by what boots the image', async (t) => {
  const { at } = folder(t);
  const to = ['--dest-ignition', at('one.ign'), '--dest-device', '/dev/sda', '--output', at('custom.iso')];
  assert.equal((await run('iso', 'customize', ...to, at('live.iso'))).exitCode, 0);
  assert.deepEqual(readLiveIso(readFileSync(at('custom.iso')))?.destination, { ignition: IGNITION, device: '/dev/sda' });
  assert.equal((await run('iso', 'ignition', 'embed', '-f', '-i', at('one.ign'), at('live.iso'))).exitCode, 0);
  assert.equal(readLiveIso(readFileSync(at('live.iso')))?.live, IGNITION);
});

test('what is no live image, no ignition, changed already or in the way is refused', async (t) => {
  const { at } = folder(t);
  const embed = ['iso', 'ignition', 'embed', '-i'] as const;
  for (const [argv, message] of [
    [[...embed, at('one.ign'), at('one.ign')], /no live image/],
    [[...embed, at('no.ign'), at('live.iso')], /no Ignition configuration/],
    [[...embed, at('one.ign'), '-o', at('no.ign'), at('live.iso')], /file exists/],
    [['iso', 'customize', '--dest-ignition', at('one.ign'), at('live.iso')], /--dest-device/],
    [['download', '--image-url', 'https://example.com/other.iso', '--directory', at('')], /404/],
    [['list-stream', 'stable'], /this stand-in knows/],
  ] as const) {
    const { exitCode, said } = await run(...argv);
    assert.equal(exitCode, 1, said);
    assert.match(said, message);
  }
  await run(...embed, at('one.ign'), at('live.iso'));
  assert.match((await run(...embed, at('one.ign'), at('live.iso'))).said, /customized already/);
});
