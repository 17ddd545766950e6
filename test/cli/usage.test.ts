import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/util/package-root.ts';
import { labFolder, labwright } from './labwright.ts';
import { LAB } from './mistakes.ts';

test('help is on stdout, lists the commands and shows examples', () => {
  for (const args of [['--help'], ['-h'], ['help']]) {
    const { status, stdout, stderr } = labwright(...args);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^ {2}lab +plan, apply/m);
    assert.match(stdout, /^Examples:\n {2}labwright /m);
  }
});

test('every command and subcommand has help with an example', () => {
  const commands = [...labwright('--help').stdout.matchAll(/^ {2}([a-z][a-z-]*) {2}/gm)].map(([, name]) => [name!]);
  assert.ok(commands.length >= 2);
  for (const command of commands) {
    const { status, stdout } = labwright(...command, '--help');
    assert.equal(status, 0, command.join(' '));
    for (const [, name] of stdout.matchAll(/^ {2}([a-z][a-z-]*) .* {2}/gm)) {
      if (command.length === 1 && name !== 'help' && /^Commands:/m.test(stdout)) commands.push([...command, name!]);
    }
    if (command.length === 2) assert.match(stdout, /^Usage: labwright .*/m);
    assert.match(stdout, /^Examples?:$/m, `${command.join(' ')} --help has no example`);
  }
});

test('help of a command is also help COMMAND', () => {
  assert.equal(labwright('help', 'lab', 'plan').stdout, labwright('lab', 'plan', '--help').stdout);
});

test('the version is that of package.json', () => {
  const { status, stdout } = labwright('--version');
  assert.equal(status, 0);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
});

const MISTAKES: readonly (readonly [args: string[], message: RegExp, hint: RegExp])[] = [
  [['lb'], /^unknown command lb$/, /^did you mean lab\?$/],
  [['frobnicate'], /^unknown command frobnicate$/, /^labwright --help lists/],
  [['--frobnicate'], /^unknown option --frobnicate$/, /^labwright --help lists/],
  [['lab', 'pln', '.'], /^unknown command 'pln'$/, /^did you mean plan\?$/],
  [['lab', 'plan', '--jsn', '.'], /^unknown option '--jsn'$/, /^did you mean --json\?$/],
  [['lab', 'plan'], /^missing required argument 'path'$/, /^labwright lab plan --help/],
  [['lab', 'plan', '.', '.'], /^too many arguments for 'plan'/, /^labwright lab plan --help/],
];

for (const [args, message, hint] of MISTAKES) {
  test(`"${args.join(' ')}" is refused with what to type instead`, () => {
    const { status, stdout, stderr } = labwright(...args);
    assert.deepEqual([status, stdout], [2, '']);
    const [first = '', second = '', ...more] = stderr.trimEnd().split('\n');
    assert.match(first, message);
    assert.match(second.replace(/^hint: /, ''), hint);
    assert.deepEqual(more, []);
  });
}

test('a command without its subcommand shows its help and is a mistake', () => {
  for (const args of [[], ['lab']]) {
    const { status, stderr } = labwright(...args);
    assert.equal(status, 2);
    assert.match(stderr, /Usage: labwright/);
  }
});

test('a reader that stops early is no failure', (t) => {
  const lab = labFolder(t, { 'lab.yml': LAB });
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-c', '"$0" "$1" lab plan "$2" --json | head -c 5', process.execPath, join(packageRoot(), 'bin/labwright.js'), lab.path],
    { encoding: 'utf8' },
  );
  assert.deepEqual([stdout, stderr], ['{\n  "', '']);
  assert.deepEqual(lab.files(), ['lab.lock.json', 'lab.yml']);
});
