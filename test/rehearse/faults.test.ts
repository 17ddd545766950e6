// Each fault, on a spoke of a hub that is there from the start: what a user is told.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { FAULTS } from '../../src/rehearsal/faults.ts';
import { labwright } from '../cli/labwright.ts';
import { DAILY, rehearse } from './rehearse.ts';

const PIPELINE = `- {name: sno1-install, stage: install, topic: OCP-4.18, components: [ocp], action: install, cluster: sno1}
- {name: sno1-redeploy, stage: redeploy, topic: OCP-4.18, components: [ocp], action: redeploy, cluster: sno1}
- {name: sno1-detach, stage: detach, topic: OCP-4.18, components: [ocp], action: detach, cluster: sno1}
`;

/** Which job fails, and with what. */
interface Told {
  readonly job: string;
  readonly object: RegExp;
  readonly condition: RegExp;
  readonly reason: RegExp;
  readonly message: RegExp;
}

const TOLD: Readonly<Record<keyof typeof FAULTS, Told>> = {
  'bmc-password': {
    job: 'sno1-install',
    object: /^BareMetalHost\/sno1\/master-0$/,
    condition: /^Manageable$/,
    reason: /./,
    message: /credentials|401|Unauthorized|authenticat/i,
  },
  'host-never-boots': { job: 'sno1-install', object: /sno1/, condition: /./, reason: /./, message: /./ },
  'install-fails': { job: 'sno1-install', object: /^AgentClusterInstall\/sno1\/sno1$/, condition: /./, reason: /./, message: /./ },
  'stuck-finalizer': { job: 'sno1-redeploy', object: /sno1/, condition: /./, reason: /./, message: /./ },
};

for (const [fault, told] of Object.entries(TOLD)) {
  test(`fault ${fault}: the job fails and says which object, which condition and which message`, async (t) => {
    const { exitCode, report } = await rehearse(pipelineFile(t), '--lab', dirname(DAILY), '--fault', fault);
    assert.equal(exitCode, 1);
    assert.equal(report.result, 'failure');
    const failed = report.jobs.findIndex(({ status }) => status === 'failure');
    const job = report.jobs[failed];
    assert.equal(job?.name, told.job, JSON.stringify(report.jobs, null, 1));
    for (const key of ['object', 'condition', 'reason', 'message'] as const) assert.match(job.error?.[key] ?? '', told[key], JSON.stringify(job.error));
    assert.ok(job.error?.hint, 'it says what to do');
    for (const later of report.jobs.slice(failed + 1)) assert.equal(later.status, 'skipped');
  });
}

test('every fault is listed, one a line', () => {
  const { status, stdout } = labwright('rehearse', '--list-faults');
  assert.equal(status, 0);
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
    Object.keys(TOLD),
  );
});

test('a fault that is not there, or has no such place, is refused before anything starts', () => {
  for (const [fault, message, hint] of [
    ['bmc-pasword', /there is no fault "bmc-pasword"/, /^hint: one of: bmc-password/m],
    ['bmc-password@sno9', /lab pretty has no cluster sno9/, /^hint: .*sno1/m],
    ['bmc-password@sno1/master-9', /sno1 has no node master-9/, /^hint: .*master-0/m],
    ['bmc-password@mno1', /would never strike: .*mno1 is not/, /^hint: .*hub1, sno1$/m],
    ['stuck-finalizer@hub1', /would never strike: .*hub1 is not/, /^hint: .*sno1$/m],
  ] as const) {
    const { status, stderr, stdout } = labwright('rehearse', DAILY, '--fault', fault, '--json');
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, message);
    assert.match(stderr, hint);
  }
});

test('a fault without a place hits the first spoke that the pipeline installs, also when the lab has another one before it', async (t) => {
  const { exitCode, report } = await rehearse(pipelineFile(t, PIPELINE.replaceAll('sno1', 'mno1')), '--lab', dirname(DAILY), '--fault', 'bmc-password');
  assert.equal(exitCode, 1);
  assert.equal(report.jobs[0]?.error?.object, 'BareMetalHost/mno1/master-0');
});

function pipelineFile(t: TestContext, content = PIPELINE): string {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'spoke.yml');
  writeFileSync(path, content);
  return path;
}
