// Each fault, on a spoke of a hub that is there from the start: what a user is told.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { ListedFault } from '../../src/cli/house/list-faults.ts';
import type { FaultRow } from '../../src/rehearsal/faults/fault-row.ts';
import { FAULTS } from '../../src/rehearsal/faults.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { labwright } from '../cli/labwright.ts';
import { DAILY, rehearse } from './rehearse.ts';

/** It has a registry and an HTTP store. */
const ZTP_LAB = join(packageRoot(), 'examples/ztp-lab');
/** Its sno1 is installed in place. */
const TELCO_LAB = join(packageRoot(), 'examples/telco-lab');
const PIPELINE = `- {name: sno1-install, stage: install, topic: OCP-4.18, components: [ocp], action: install, cluster: sno1}
- {name: sno1-redeploy, stage: redeploy, topic: OCP-4.18, components: [ocp], action: redeploy, cluster: sno1}
- {name: sno1-detach, stage: detach, topic: OCP-4.18, components: [ocp], action: detach, cluster: sno1}
`;
const INSTALL = PIPELINE.split('\n')[0]!;
/** Jobs after the install that only some faults need. */
const DAY2: Readonly<Record<string, string>> = {
  upgrade: '- {name: sno1-upgrade, stage: upgrade, topic: OCP-4.18, components: [ocp=4.18.2], action: upgrade, driver: DRIVER, cluster: sno1}',
  policies: '- {name: sno1-policies, stage: policies, topic: OCP-4.18, components: [ocp], action: policies, cluster: sno1}',
};
/** As many at a time as the machine has processors: nearly all of a rehearsal is work. */
const RUNS = { concurrency: availableParallelism() };

describe('every fault of the table', RUNS, () => {
  for (const [name, { expect, minNodes = 1, implementation, installedBy, network, driver = 'direct' }] of Object.entries<FaultRow>(FAULTS)) {
    const cluster = minNodes > 1 ? 'mno1' : 'sno1';
    const lab = installedBy ? TELCO_LAB : network === undefined ? dirname(DAILY) : ZTP_LAB;
    const text = installedBy ? `${INSTALL}\n` : textFor(expect.outcome === 'survives' ? undefined : expect.action).replace('DRIVER', driver);
    test(`${name} ${expect.outcome === 'survives' ? 'is survived' : 'fails the job, which says which object, condition and message'}`, async (t) => {
      const { exitCode, report } = await rehearse(
        pipelineFile(t, by(implementation, network, text).replaceAll('sno1', cluster)),
        '--lab',
        lab,
        '--fault',
        name,
      );
      const said = JSON.stringify(report.jobs, null, 1);
      if (expect.outcome === 'survives') {
        assert.deepEqual([exitCode, report.result], [0, 'success'], said);
        assert.ok(
          report.jobs.every(({ simulated_s }) => simulated_s <= expect.limitS),
          said,
        );
        return;
      }
      assert.deepEqual([exitCode, report.result], [1, 'failure']);
      const failed = report.jobs.findIndex(({ status }) => status === 'failure');
      const job = report.jobs[failed];
      assert.equal(job?.name, `${cluster}-${expect.action ?? 'install'}`, said);
      assert.match(job.error?.object ?? '', placeIn(expect.object, cluster));
      assert.deepEqual([job.error?.condition, job.error?.reason], [expect.condition, expect.reason], said);
      assert.match(job.error?.message ?? '', expect.message);
      assert.ok(job.error?.hint, 'it says what to do');
      assert.ok(job.simulated_s <= expect.limitS, said);
      for (const later of report.jobs.slice(failed + 1)) assert.equal(later.status, 'skipped');
    });
  }
});

/** The install, and the job that a fault strikes. */
function textFor(action: string | undefined): string {
  if (action === undefined) return INSTALL;
  const later = DAY2[action];
  return later === undefined ? PIPELINE : `${INSTALL}\n${later}\n`;
}

/** The pipeline with its installations done another way. */
function by(implementation: string | undefined, network: string | undefined, text: string): string {
  const more = [implementation && `implementation: ${implementation}`, network && `network: ${network}`].filter(Boolean);
  return text.replaceAll('action: install', ['action: install', ...more].join(', '));
}

/** The object of a row, in this cluster; NODE is its first one. */
function placeIn(object: string, cluster: string): RegExp {
  const path = object.replaceAll('CLUSTER', cluster).replace('NODE', 'master-0').replace('UUID', '[0-9a-f-]{36}');
  return new RegExp(`^${path}$`);
}

test('faults are listed one a line for people, and as a table with --json', () => {
  const { status, stdout } = labwright('rehearse', '--list-faults');
  assert.equal(status, 0);
  const names = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0]);
  assert.deepEqual(names, Object.keys(FAULTS));
  const listed = JSON.parse(labwright('rehearse', '--list-faults', '--json').stdout) as ListedFault[];
  assert.deepEqual(
    listed.map(({ name }) => name),
    names,
  );
  for (const row of listed) {
    assert.ok(row.limit_s > 0 && ['host', 'cluster', 'hub'].includes(row.target));
    const cause = [row.object, row.condition, row.reason];
    assert.deepEqual(
      cause.map((one) => one !== undefined),
      Array(3).fill(row.expect === 'fails'),
    );
  }
});

test('a fault that is not there, or has no such place, is refused before anything starts', () => {
  for (const [fault, message, hint] of [
    ['bmc-pasword', /there is no fault "bmc-pasword"/, /^hint: did you mean bmc-password\? there are: .*boot-order/m],
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
