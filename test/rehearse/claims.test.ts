import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { DAILY, rehearse } from './rehearse.ts';

const SNO_HUB = join(dirname(DAILY), 'sno-hub.yml');

test('a single-node hub takes the machine of a cluster that was released, and a spoke the rest', async () => {
  const { exitCode, report } = await rehearse(SNO_HUB);
  assert.equal(exitCode, 0, JSON.stringify(report.jobs, null, 1));
});

test('without the release the hub is refused before a machine is touched, and the holder is named', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const text = readFileSync(SNO_HUB, 'utf8');
  const pipeline = join(folder, 'sno-hub.yml');
  writeFileSync(pipeline, text.slice(text.indexOf('- name: sno-cluster1-install')));
  const { exitCode, report } = await rehearse(pipeline, '--lab', dirname(DAILY));
  assert.equal(exitCode, 1);
  assert.match(JSON.stringify(report.jobs[0]), /cluster1-worker-3 is held by cluster1 \(active: in the lab file\)/);
  assert.deepEqual(report.power_events, []);
});
