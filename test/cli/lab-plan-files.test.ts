// Files that cannot be read, and lock files that cannot be trusted.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { labFolder, labwright } from './labwright.ts';
import { LAB } from './mistakes.ts';

function refused(t: TestContext, files: Readonly<Record<string, string | Buffer>>, path = ''): string[] {
  const lab = labFolder(t, files);
  const before = lab.files();
  const { status, stdout, stderr } = labwright('lab', 'plan', join(lab.path, path));
  assert.equal(status, 2, stderr);
  assert.equal(stdout, '');
  assert.deepEqual(lab.files(), before);
  for (const [name, content] of Object.entries(files)) assert.ok(Buffer.from(content).equals(readFileSync(join(lab.path, name))), `${name} is as it was`);
  assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+\)?$/m);
  return stderr.replaceAll(`${lab.path}/`, '').split('\n');
}

test('a file that is not there is named', (t) => {
  assert.deepEqual(refused(t, {}, 'none.yml').slice(0, 2), ['none.yml: there is no such file', 'hint: name a lab file, or a folder with lab.yml in it']);
});

test('a folder without lab.yml says which file it lacks', (t) => {
  assert.equal(refused(t, { 'other.yml': LAB })[0], 'lab.yml: there is no such file');
});

test('an empty file, or one of comments, says what belongs in it', (t) => {
  for (const text of ['', '\n\n', '# to be written\n']) {
    const [first, , hint] = refused(t, { 'lab.yml': text });
    assert.equal(first, 'lab.yml:1:1: the file is empty [empty-file]');
    assert.match(hint ?? '', /^hint: write lab: NAME, domain: …/);
  }
});

test('a file of another kind is refused without its bytes on the terminal', (t) => {
  assert.equal(refused(t, { 'lab.yml': Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 27]) })[0], 'lab.yml:1:1: this is not a text file [not-text]');
  assert.ok(!refused(t, { 'lab.yml': 'lab: \u001b]0;title\u0007\n' }).join('').includes('\u001b'));
  assert.match(refused(t, { 'lab.yml': 'a letter to nobody\n' })[0] ?? '', /^lab\.yml:1:1: the file is "a letter to nobody", not a map of keys/);
});

test('a huge file is refused before it is read', (t) => {
  assert.match(refused(t, { 'lab.yml': Buffer.alloc(9 * 1024 * 1024, 'a') })[0] ?? '', /^lab\.yml: the file has 9437184 bytes, more than the 8388608/);
});

test('line ends of Windows, a byte order mark and tabs between words are read', (t) => {
  for (const text of [LAB.replaceAll('\n', '\r\n'), `\ufeff${LAB}`, LAB.replace('{on: server01, ', '{on:\tserver01,\t')]) {
    const lab = labFolder(t, { 'lab.yml': text });
    const { status, stderr } = labwright('lab', 'plan', lab.path);
    assert.deepEqual([status, stderr], [0, '']);
  }
  const [first, source] = refused(t, { 'lab.yml': LAB.replace('masters: 1}', 'masters: 1, x: y}').replaceAll('\n', '\r\n') });
  assert.match(first ?? '', /^lab\.yml:11:\d+: unknown key "x"/);
  assert.match(source ?? '', /x: y\}$/);
});

const LOCKS: readonly (readonly [title: string, lock: string, first: RegExp, hint: RegExp])[] = [
  ['broken', '{\n  "version": 1,\n', /^lab\.lock\.json:3:1: the lock file is not JSON/, /restore it from Git/],
  ['empty', '', /^lab\.lock\.json:1:1: the lock file is not JSON/, /restore it from Git/],
  ['not a map', '[]', /^lab\.lock\.json:1:1: the file is a list/, /restore it from Git/],
  ['without a version', '{"slots": {}}', /^lab\.lock\.json:1:1: key "version" is missing/, /restore it from Git/],
  [
    'newer than this labwright',
    '{"version": 2, "spaces": []}',
    /^lab\.lock\.json:1:1: the lock file has version 2, this labwright reads 1/,
    /use the labwright that wrote it/,
  ],
  [
    'with a slot that cannot be',
    '{"version": 1,\n"slots": {"hub1": {"network": "baremetal", "slot": 0}}}',
    /^lab\.lock\.json:2:\d+: slots\.hub1\.slot is too small/,
    /restore/,
  ],
  [
    'in the middle of a merge',
    '{\n<<<<<<< HEAD\n  "version": 1,\n',
    /^lab\.lock\.json:2:1: the lock file holds an unfinished merge/,
    /take one of the two sides/,
  ],
  [
    'of another lab',
    '{"version": 1, "lab": "other", "slots": {}}',
    /^lab\.yml:1:6: this lab is called pretty, its lab\.lock\.json belongs to other/,
    /write lab: other, or remove lab\.lock\.json/,
  ],
  [
    'that gives one slot twice',
    '{"version": 1, "slots": {"hub1": {"network": "baremetal", "slot": 3}, "sno1": {"network": "baremetal", "slot": 3}}}',
    /^lab\.yml:11:\d+: lab\.lock\.json gives slot 3 of baremetal to hub1 and sno1/,
    /remove the one that is not installed yet/,
  ],
  [
    'with a slot that the network does not have any more',
    '{"version": 1, "slots": {"hub1": {"network": "baremetal", "slot": 20}}}',
    /^lab\.yml:5:\d+: hub1 has slot 20, which 192\.168\.21\.0\/24 does not have/,
    /widen the network again/,
  ],
  [
    'of a network that began elsewhere',
    '{"version": 1, "networks": {"baremetal": {"index": 0, "cidr": "192.168.20.0/24", "slot_size": 16}}, "slots": {"hub1": {"network": "baremetal", "slot": 2}}}',
    /^lab\.yml:5:\d+: baremetal began at 192\.168\.20\.0\/24: 192\.168\.21\.0\/24 would move all addresses of 1 clusters/,
    /keep its first address/,
  ],
  [
    'of a network with other slots',
    '{"version": 1, "networks": {"baremetal": {"index": 0, "cidr": "192.168.21.0/24", "slot_size": 32}}, "slots": {"hub1": {"network": "baremetal", "slot": 2}}}',
    /^lab\.yml:5:\d+: slot_size of baremetal was 32: 16 would move/,
    /write slot_size: 32/,
  ],
];

for (const [title, lock, message, advice] of LOCKS) {
  test(`a lock file ${title} is refused and left as it is`, (t) => {
    const [first = '', , hint = ''] = refused(t, { 'lab.yml': LAB, 'lab.lock.json': lock });
    assert.match(first, message);
    assert.match(hint, /^hint: /);
    assert.match(hint, advice);
  });
}

test('a folder in place of the lock file is refused', (t) => {
  const lab = labFolder(t, { 'lab.yml': LAB });
  mkdirSync(join(lab.path, 'lab.lock.json'));
  const { status, stderr } = labwright('lab', 'plan', lab.path);
  assert.equal(status, 2);
  assert.match(stderr, /lab\.lock\.json: this is a folder\nhint: /);
});

test('with --json a mistake is on stdout too, as data', (t) => {
  const lab = labFolder(t, { 'lab.yml': LAB.replace('hub: hub1', 'hub: hub2') });
  const { status, stdout } = labwright('lab', 'plan', lab.path, '--json');
  assert.equal(status, 2);
  const { clusters, changes, diagnostics } = JSON.parse(stdout) as { clusters: []; changes: []; diagnostics: { id: string; at: object }[] };
  assert.deepEqual([clusters, changes], [[], []]);
  assert.deepEqual(
    diagnostics.map(({ id, at }) => [id, at]),
    [['unknown-hub', { path: join(lab.path, 'lab.yml'), line: 11, column: 42 }]],
  );
});
