// The example matrix, for real; and a cell that fails beside others, on a spoke that the next one uses.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/util/package-root.ts';
import { rehearse } from './rehearse.ts';

const MATRIX = join(packageRoot(), 'examples/ztp-matrix.yml');

test('every cell of the example matrix succeeds or is excluded by a rule, and each hub is installed once', async () => {
  const { exitCode, report } = await rehearse(MATRIX);
  const matrix = report.matrix ?? [];
  assert.equal(exitCode, 0, JSON.stringify(matrix.filter(({ status }) => status === 'failure')));
  assert.equal(matrix.length, 32);
  assert.deepEqual(
    matrix.filter(({ status, reason }) => status !== 'success' && !(status === 'excluded' && reason !== undefined)),
    [],
  );
  const planned = matrix.filter(({ status }) => status === 'success');
  assert.ok(planned.some(({ cell, hub, cluster }) => cell.hub === 'sno' && cell.spoke === 'mno' && hub === 'sno-cluster1' && cluster === 'spoke1'));
  for (const hub of new Set(planned.map((cell) => cell.hub)))
    assert.deepEqual(
      report.jobs.filter(({ name }) => name.startsWith(`${hub}-install`)).map(({ status }) => status),
      ['success'],
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
