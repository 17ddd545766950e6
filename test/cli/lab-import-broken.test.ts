// Whatever is wrong with an inventory is told; nothing in one makes the import throw, and what it writes can be planned.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_LOCK } from '../../src/lab/lock.ts';
import { planLab } from '../../src/lab/plan-lab.ts';
import { pick, randomOf, type Random } from '../../src/lab/random-lab.test-data.ts';
import { importLab } from '../../src/render/import/import-lab.ts';
import { ABI, ABI_VARS, GENERATED_IPI, IPMI_METAL, libvirtResources, SNO_METAL, SNO_VM, UPI } from './inventories.ts';

const INVENTORIES: readonly (readonly [path: string, text: string])[] = [
  ['hosts', GENERATED_IPI],
  ['libvirt_resources.yml', libvirtResources('server', '52:54:00:00:02')],
  ['sno', SNO_VM],
  ['metal-sno', SNO_METAL],
  ['vars.yml', ABI_VARS],
  ['hosts.yml', ABI],
  ['upi', UPI],
  ['ipmi', IPMI_METAL],
];
const WORDS = [
  '',
  '-1',
  '0',
  'x',
  '[]',
  '{}',
  'None',
  '"',
  "'",
  '{{ a }}',
  '10.60.0.0/33',
  '192.168.21.5',
  'fd00::/64',
  'constructor',
  '52:54:00:00:0a:01',
  '99999999999',
  '=',
  ':',
  '[masters]',
  'é',
];

/** The text with lines gone, twice, or elsewhere, and words replaced. */
function broken(random: Random, text: string): string {
  const lines = text.split('\n');
  for (let change = 0; change < 1 + Math.floor(random() * 4); change++) {
    const at = Math.floor(random() * lines.length);
    const action = random();
    if (action < 0.25) lines.splice(at, 1);
    else if (action < 0.35) lines.splice(at, 0, pick(random, lines));
    else {
      const words = (lines[at] ?? '').split(/(?<=[=: ])/);
      words[Math.floor(random() * words.length)] = pick(random, WORDS);
      lines[at] = words.join('');
    }
  }
  return lines.join('\n');
}

test('a broken inventory is told with a place and a hint, and never throws', () => {
  let written = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const random = randomOf(seed);
    const [path, text] = pick(random, INVENTORIES);
    const file = { path, text: broken(random, text) };
    try {
      const { lab, diagnostics } = importLab([file]);
      assert.equal(
        lab === undefined,
        diagnostics.some(({ severity }) => severity === 'error'),
      );
      for (const { message, hint, at } of diagnostics)
        assert.ok(message !== '' && hint !== '' && at!.line >= 1 && !/undefined|\[object|NaN/.test(`${message} ${hint}`), `${message} | ${hint}`);
      if (lab === undefined) continue;
      written++;
      assert.ok(planLab('lab.yml', lab, EMPTY_LOCK).plan);
    } catch (error) {
      throw new Error(`seed ${seed}: ${file.path}\n${file.text}`, { cause: error });
    }
  }
  assert.ok(written > 50, String(written));
});
