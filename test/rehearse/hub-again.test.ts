// A hub installed twice in one rehearsal: other addresses of the world's table stand behind the same names then.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { DAILY, rehearse } from './rehearse.ts';

const INSTALL = 'topic: OCP-4.18, components: [ocp], action: install';
const PIPELINE = `- {name: first, stage: a, ${INSTALL}, cluster: hub1}
- {name: again, stage: b, prev_stages: [a], ${INSTALL}, cluster: hub1, outputs: {hub_kubeconfig: kubeconfig}}
- {name: sno1-install, stage: c, prev_stages: [b], ${INSTALL}, cluster: sno1, inputs: {hub_kubeconfig: hub_kubeconfig}}
`;

test('a hub is installed again over its running machines, and takes a spoke', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'hub-again.yml'), PIPELINE);
  const { exitCode, report } = await rehearse(join(folder, 'hub-again.yml'), '--lab', dirname(DAILY));
  assert.equal(exitCode, 0, JSON.stringify(report.jobs, null, 1));
  const offs = report.power_events.filter(({ event }) => event === 'off');
  assert.deepEqual(
    offs.map(({ machine, cause }) => [machine, cause]),
    [0, 1, 2].map((index) => [`hub1-master-${index}`, 'again/boot-machines']),
  );
});
