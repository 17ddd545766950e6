// The example matrix, for real; and a cell that fails beside others, on a spoke that the next one uses.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { planLabFile } from '../../src/cli/plan-lab-file.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { rehearse } from './rehearse.ts';

const MATRIX = join(packageRoot(), 'examples/ztp-matrix.yml');

test('every cell of the example matrix succeeds or is excluded by a rule, and each hub is installed once', async () => {
  const { exitCode, report } = await rehearse(MATRIX);
  const matrix = report.matrix ?? [];
  assert.equal(exitCode, 0, JSON.stringify(matrix.filter(({ status }) => status === 'failure')));
  assert.equal(matrix.length, 32);
  for (const { exclusions = [] } of matrix)
    for (const { rule } of exclusions) assert.ok(['release-not-offered', 'too-few-machines', 'no-git-inside', 'no-mirror-inside'].includes(rule), rule);
  const ran = matrix.filter(({ status }) => status === 'success');
  assert.deepEqual(
    matrix.filter(({ cell }) => cell.network === 'connected').map(({ status }) => status),
    Array.from({ length: 16 }, () => 'success'),
  );
  assert.ok(ran.some(({ cell, hub, cluster }) => cell.hub === 'sno' && cell.spoke === 'mno' && hub === 'sno-cluster1' && cluster === 'spoke1'));
  for (const hub of new Set(ran.map((cell) => cell.hub)))
    assert.deepEqual(
      report.jobs.filter(({ name }) => name === `${hub}-install`).map(({ status }) => status),
      ['success'],
    );
});

test('a single-node hub isolated by /128 installs a spoke on the machines beside it, in IPv6', async () => {
  const { plan } = (await planLabFile(join(packageRoot(), 'examples/ztp-lab-v6'))).result;
  const hub = plan?.clusters.find(({ name }) => name === 'sno-cluster1');
  assert.equal(hub?.machineNetwork, `${hub?.vips.api}/128`);
  const { exitCode, report } = await rehearse(join(packageRoot(), 'examples/ztp-matrix-v6.yml'), '--only', 'implementation=clusterinstance');
  assert.equal(exitCode, 0, JSON.stringify(report.matrix));
  assert.deepEqual(
    report.matrix?.map(({ status, cluster }) => [status, cluster]),
    [['success', 'spoke1']],
  );
});

test('a cell that fails says on what, and stops neither the others nor the next one on its spoke', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'labwright-matrix-'));
  try {
    const path = join(folder, 'matrix.yml');
    await writeFile(
      path,
      `matrix: two
lab: ${join(packageRoot(), 'examples/ztp-lab/lab.yml')}
topic: OCP-4.18
axes: {spoke: [sno], release: [OCP-4.17, OCP-4.18]}
clusters: [sno1]
chain: [install, detach]
`,
    );
    const { exitCode, report } = await rehearse(path, '--fault', 'missing-bmc-secret@sno1');
    assert.equal(exitCode, 1);
    const [first, second] = report.matrix ?? [];
    assert.equal(first?.status, 'failure');
    assert.equal(first?.error?.object, 'ClusterInstance/sno1/sno1');
    assert.match(first?.reason ?? '', /^sno-OCP-4\.17-install: ClusterInstance\/sno1\/sno1 \w+: /);
    assert.equal(second?.status, 'success', second?.reason);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
