import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLabwrightError } from '../../util/errors.ts';
import { EMPTY_LOCK } from '../lock.ts';
import { planLab } from '../plan-lab.ts';
import { pick, randomLab, randomOf } from '../random-lab.test-data.ts';
import { claimCluster, holdersOf, releaseCluster } from './change-claims.ts';
import { noClaims, type ClaimsFile } from './claims-file.ts';

test('whatever is claimed and released, a machine has one active cluster at most, and every refusal names the ones that hold it', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomOf(seed);
    const text = JSON.stringify(randomLab(random));
    const plan = (claims: ClaimsFile) => {
      const result = planLab('lab.yml', text, EMPTY_LOCK, claims);
      assert.ok(result.plan, `seed ${seed}: ${JSON.stringify(result.diagnostics)}`);
      return result.plan;
    };
    let claims = noClaims('random');
    for (let change = 0; change < 12; change++) {
      const before = plan(claims);
      const cluster = pick(random, before.clusters);
      const request = { cluster: cluster.name, by: 'test', at: '2026-01-01T00:00:00.000Z' };
      const holders = holdersOf(before, claims, cluster);
      try {
        const result = random() < 0.5 ? releaseCluster(before, claims, request) : claimCluster(before, claims, request);
        assert.ok(result.claims.fence >= claims.fence && (!result.changed || result.fence === claims.fence + 1));
        claims = result.claims;
      } catch (error) {
        assert.ok(isLabwrightError(error) && error.code === 'conflict' && holders.length > 0, `seed ${seed}`);
        for (const holder of holders) assert.ok(error.message.includes(` by ${holder.cluster}`), error.message);
      }
      const active = plan(claims).clusters.filter((one) => one.active);
      const held = active.flatMap(({ nodes }) => nodes.map(({ machine }) => machine));
      assert.equal(new Set(held).size, held.length, `seed ${seed}`);
    }
  }
});
