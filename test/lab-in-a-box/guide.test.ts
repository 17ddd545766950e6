import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse, parseDocument } from 'yaml';
import { EMPTY_LOCK } from '../../src/lab/lock.ts';
import { planLab } from '../../src/lab/plan-lab.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { downBox, upBox, type Box } from './box.ts';
import { boxObstacle } from './packages.ts';

/** Every command of docs/lab-guide.md, in its order. */
const prefix = `lwguide-${createHash('sha256').update(packageRoot()).digest('hex').slice(0, 8)}`;
const skip = process.env['CI'] === 'true' ? undefined : boxObstacle();
const GUIDE = readFileSync(join(packageRoot(), 'docs/lab-guide.md'), 'utf8');
const COMMANDS = blocksOf('sh').flatMap((block) => block.trim().split('\n'));
const LAB_FILE = blocksOf('yaml')[0]!;
let box: Box;

before(async () => {
  if (skip !== undefined) return;
  box = await upBox(prefix, console.log);
  writeLab();
});
after(() => (skip === undefined ? downBox(prefix) : undefined));

test('the lab file of the guide is one that labwright plans', () => {
  const { plan, diagnostics } = planLab('lab.yml', LAB_FILE, EMPTY_LOCK);
  assert.deepEqual([plan?.machines.length, diagnostics.filter(({ severity }) => severity === 'error')], [5, []]);
});

test('every fenced block of the guide is a lab file or commands that run here', () => {
  for (const [, language] of GUIDE.matchAll(/^```(\w+)$/gm)) assert.match(language!, /^(sh|yaml)$/);
  assert.deepEqual(
    COMMANDS.filter((line) => !/^(labwright lab|ssh-keyscan) /.test(line)),
    [],
  );
});

for (const command of COMMANDS) {
  test(`the guide’s command works: ${command}`, { skip }, async () => {
    // A server that lacks something is what the check before is for.
    const wanted = command.includes('prepare my-lab --check') ? 1 : 0;
    const { exitCode, stdout, stderr } = await box.inNetwork('jumphost')(['sh', '-c', command], {
      cwd: box.folder,
      okExitCodes: [0, 1, 2, 255],
      env: { TMPDIR: box.folder, PATH: `${join(box.folder, 'bin')}:${process.env['PATH']}` },
    });
    assert.equal(exitCode, wanted, `${stdout}\n${stderr}`);
  });
}

function blocksOf(language: string): string[] {
  return [...GUIDE.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map((match) => match[1]!);
}

/** The guide's clusters with tiny VMs, which nothing is installed on, over the keys and servers of the box. */
function writeLab(): void {
  const file = join(box.labFolder, 'lab.yml');
  const document = parseDocument(readFileSync(file, 'utf8'));
  const { clusters } = parse(LAB_FILE) as { readonly clusters: Record<string, object> };
  const tiny = Object.entries(clusters).map(([name, cluster]) => [name, { ...cluster, install: 'none', profile: 'tiny' }]);
  document.set('clusters', document.createNode(Object.fromEntries(tiny)));
  writeFileSync(file, document.toString({ lineWidth: 0 }));
  symlinkSync(box.labFolder, join(box.folder, 'my-lab'));
  mkdirSync(join(box.folder, 'bin'));
  const program = join(box.folder, 'bin/labwright');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(packageRoot(), 'bin/labwright.js')}' "$@"\n`);
  chmodSync(program, 0o755);
  writeFileSync(join(box.folder, 'mno1.kubeconfig'), 'apiVersion: v1\n');
}
