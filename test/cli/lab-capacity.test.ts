import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/util/package-root.ts';
import { labFolder, labwright } from './labwright.ts';
import { LAB } from './mistakes.ts';

const EXAMPLE = join(packageRoot(), 'examples/pretty-lab');

test('the capacity of the example lab in another network is told as JSON', () => {
  const { status, stdout, stderr } = labwright('lab', 'capacity', EXAMPLE, '--kind', 'ipi-3+3', '--cidr', '192.168.20.0/23', '--packing', 'exact', '--json');
  assert.deepEqual([status, stderr], [0, '']);
  assert.deepEqual(JSON.parse(stdout), { fits: 27, binds: 'memory', limits: { addresses: 49, memory: 27, cpu: 45, disk: 99 } });
});

test('the capacity of a lab as it is says in a sentence what stops the next cluster, and writes nothing', (t) => {
  const lab = labFolder(t, { 'lab.yml': LAB });
  const { status, stdout, stderr } = labwright('lab', 'capacity', lab.path, '--kind', 'abi-3+2');
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^11 more abi-3\+2 fit in 192\.168\.21\.0\/24 on 9 servers \(slots of 16 addresses\)\n/);
  assert.match(stdout, /^addresses bind: each abi-3\+2 needs a slot of 16 addresses, 192\.168\.21\.0\/24 has none left after 11 of them$/m);
  assert.deepEqual(lab.files(), ['lab.yml']);
});

test('without a kind every kind has a row, in JSON an answer', () => {
  const text = labwright('lab', 'capacity', EXAMPLE, '--cidr', '192.168.20.0/24');
  assert.match(text.stdout, /^KIND +FIT +BINDS +ADDRESSES +MEMORY +CPU +DISK\nsno +234 +addresses +234 /);
  const { stdout } = labwright('lab', 'capacity', EXAMPLE, '--cidr', '192.168.20.0/24', '--json');
  const answer = JSON.parse(stdout) as Record<string, { readonly fits: number }>;
  assert.equal(answer['hub+spoke-3+3']?.fits, 18);
  assert.equal(text.stdout.match(/\n(?=[a-z+]+-\d|sno)/g)?.length, Object.keys(answer).length);
});

const MISTAKES: readonly (readonly [args: string[], message: RegExp, hint: RegExp])[] = [
  [['--kind', 'ipi-3-3'], /^unknown kind ipi-3-3$/, /^hint: did you mean ipi-3\+3\? write one of: sno, /],
  [['--cidr', 'here'], /^--cidr: here is not an IP network$/, /^hint: write its first address and a prefix, as /],
  [['--cidr', '192.168.20.7/24'], /^--cidr: 192\.168\.20\.7\/24 is an address in a network$/, /^hint: write 192\.168\.20\.0\/24$/],
  [['--cidr', '192.168.020.0/24'], /^--cidr: 192\.168\.020\.0\/24 looks octal$/, /^hint: write 192\.168\.20\.0\/24$/],
  [['--cidr', '192.168.20.0/28'], /^192\.168\.20\.0\/28 is too small for the lab: .* take 22, it has 16$/, /^hint: write 192\.168\.20\.0\/27 or wider$/],
  [['--packing', 'slot'], /slot' is invalid\. Allowed choices are exact, slots\.$/, /^hint: /],
];

for (const [args, message, hint] of MISTAKES) {
  test(`lab capacity ${args.join(' ')} is refused with what to write instead`, () => {
    const { status, stdout, stderr } = labwright('lab', 'capacity', EXAMPLE, ...args);
    assert.deepEqual([status, stdout], [2, '']);
    const [first = '', second = '', ...more] = stderr.trimEnd().split('\n');
    assert.match(first, message);
    assert.match(second, hint);
    assert.deepEqual(more, []);
  });
}

test('a mistake in the lab file is told where it stands', (t) => {
  const lab = labFolder(t, { 'lab.yml': LAB.replace('slot_size: 16', 'spair: 16') });
  const { status, stdout, stderr } = labwright('lab', 'capacity', lab.path, '--json');
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /lab\.yml:5:\d+: unknown key "spair" in networks\.baremetal \[unknown-key\]\n.*\nhint: did you mean spare\?/);
});

test('a lab without servers has no capacity to speak of', (t) => {
  const lab = labFolder(t, { 'lab.yml': LAB.replace(/servers:\n.*\nclusters:\n(.*\n)*/, 'servers: {}\nclusters: {}\n') });
  for (const args of [[], ['--cidr', '192.168.20.0/24']]) {
    const { status, stdout, stderr } = labwright('lab', 'capacity', lab.path, ...args);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /^lab pretty has no servers to put clusters on\nhint: add one: /);
  }
});
