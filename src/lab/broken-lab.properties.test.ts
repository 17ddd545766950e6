// Whatever is wrong with a lab file is told; nothing a user writes makes the planner throw.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_LOCK } from './lock.ts';
import { planLab } from './plan-lab.ts';
import { pick, randomLab, randomOf, type Random } from './random-lab.test-data.ts';

/** Texts that mean something somewhere else. */
const TEXTS = `constructor toString x 192.168.21.300 10.0.0.0 10.0.0.255 10.0.0.1 10.0.0.0/33 10.0.0.0/0 :: fd00::/64 host/m0x0 host/ / c0/master-0 c0/worker-9 server0
  server[0-1] server[ net0 net9 hub0 c0 ff:ff:ff:ff:ff:ff 52:54:00:00:01:04 redfish:// ipmi://x:y abi ipi upi sno-in-place clusterinstance hub spoke tiny 1GiB 9999999TiB`;
const WORDS = ['', ' ', ...TEXTS.split(/\s+/)];
/** Values of every type. */
const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  [],
  [[]],
  [null],
  ['server0', 'server1'],
  ['host/m0x0', 'host/m0x0'],
  {},
  { on: 'server0' },
  { api: '10.0.0.1', ingress: '10.0.0.1' },
  { 'master-0': { address: '10.0.0.9' } },
  ...WORDS,
];
const KEYS =
  `on from nodes hub role install network networks hosted masters workers vips vips6 machines profile pool sizes mode vlan cidr6 address6 provisionhost boot_nic
  mtu`.split(/\s+/);

/** The lab with some of its keys gone, renamed, added, or given another value. */
function broken(random: Random, lab: object): unknown {
  const copy = structuredClone(lab) as Record<string, unknown>;
  for (let change = 0; change < 1 + Math.floor(random() * 3); change++) {
    let map = copy;
    for (let depth = 0; depth < 4 && random() < 0.8; depth++) {
      const next = pick(random, Object.values(map).concat(map));
      if (typeof next === 'object' && next !== null && !Array.isArray(next)) map = next as Record<string, unknown>;
    }
    const key = pick(random, Object.keys(map).concat('x'));
    const action = random();
    if (action < 0.2) delete map[key];
    else if (action < 0.5) map[pick(random, KEYS)] = structuredClone(pick(random, VALUES));
    else if (action < 0.6) map[pick(random, WORDS)] = structuredClone(map[key]);
    else map[key] = structuredClone(pick(random, VALUES));
  }
  return copy;
}

test('a broken lab file is told with a place and a hint, and never throws', () => {
  let refused = 0;
  for (let seed = 1; seed <= 1000; seed++) {
    const random = randomOf(seed);
    const text = JSON.stringify(broken(random, randomLab(random)), null, 1);
    try {
      const { plan, diagnostics } = planLab('lab.yml', text, EMPTY_LOCK);
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      assert.equal(plan === undefined, errors.length > 0);
      for (const { message, hint, at } of diagnostics)
        assert.ok(message !== '' && hint !== '' && at!.line >= 1 && !/undefined|\[object|NaN/.test(`${message} ${hint}`), `${message} | ${hint}`);
      if (plan === undefined) refused++;
    } catch (error) {
      throw new Error(`seed ${seed}: ${text}`, { cause: error });
    }
  }
  assert.ok(refused > 500 && refused < 1000);
});
