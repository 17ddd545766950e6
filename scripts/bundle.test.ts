import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { packageRoot } from '../src/util/package-root.ts';

/** A package whose command line says a word that stands in a part loaded when a line comes in. */
function makePackage(t: TestContext): { readonly root: string; readonly bundles: string; say(word: string): void } {
  const root = mkdtempSync(join(tmpdir(), 'labwright-bundle-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const folder of ['scripts', 'bin', 'src/cli', 'node_modules']) mkdirSync(join(root, folder), { recursive: true });
  for (const file of ['scripts/bundle.mjs', 'bin/labwright.js']) cpSync(join(packageRoot(), file), join(root, file));
  for (const name of ['esbuild', '@esbuild']) symlinkSync(join(packageRoot(), 'node_modules', name), join(root, 'node_modules', name));
  writeFileSync(join(root, 'package.json'), '{"type": "module"}');
  writeFileSync(
    join(root, 'src/cli/main.ts'),
    `process.stdin.once('data', async () => { console.log((await import('./part.ts')).word); process.exit(0); }); console.log('started');`,
  );
  const say = (word: string): void => writeFileSync(join(root, 'src/cli/part.ts'), `export const word = '${word}';`);
  say('first');
  return { root, bundles: join(root, 'node_modules/.cache/labwright/bundles'), say };
}

interface Command {
  readonly started: Promise<void>;
  /** Lets it load its part. @returns all it printed. */
  goOn(): Promise<string>;
}

function start({ root }: { readonly root: string }): Command {
  const child = spawn(process.execPath, [join(root, 'bin/labwright.js')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const printed = text(child.stdout);
  const started = new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
  });
  started.catch(() => undefined); // Whoever awaits it hears of it.
  return {
    started,
    async goOn() {
      await started;
      child.stdin.end('go on\n');
      return printed;
    },
  };
}

test('commands started together just after a change all find every part of their bundle, and one bundle is left', async (t) => {
  const made = makePackage(t);
  const commands = Array.from({ length: 6 }, () => start(made));
  assert.deepEqual(await Promise.all(commands.map((one) => one.goOn())), Array(6).fill('started\nfirst\n'));
  assert.equal(readdirSync(made.bundles).length, 1);
});

test('a command that runs while the sources change still loads what it was started from', async (t) => {
  const made = makePackage(t);
  const old = start(made);
  await old.started;
  made.say('second');
  assert.equal(await start(made).goOn(), 'started\nsecond\n');
  assert.equal(await old.goOn(), 'started\nfirst\n');
});

test('an old bundle is removed by a build, unless somebody uses it', async (t) => {
  const made = makePackage(t);
  const [unused, used] = ['unused', 'used'].map((name) => join(made.bundles, name)) as [string, string];
  for (const folder of [unused, used]) mkdirSync(folder, { recursive: true });
  // As if an hour had passed: a folder that has just come may be opened any moment.
  for (const folder of [unused, used]) utimesSync(folder, 0, 0);
  const descriptor = openSync(used, 'r');
  t.after(() => closeSync(descriptor));
  await start(made).goOn();
  assert.deepEqual([existsSync(unused), existsSync(used)], [false, true]);
});
