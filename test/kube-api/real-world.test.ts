// Spokes on a hub whose API server is a real one with the real definitions: the world's controllers are ordinary clients of it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { EMPTY_LOCK } from '../../src/lab/lock.ts';
import { planLab } from '../../src/lab/plan-lab.ts';
import { FAULTS, type FaultName } from '../../src/rehearsal/faults.ts';
import type { FaultRow } from '../../src/rehearsal/faults/fault-row.ts';
import { rehearseLab, type JobReport, type RehearsedLab } from '../hub/rehearsed-lab.ts';
import { ensureRealApiServer } from './real/ensure-real-api-server.ts';
import { noGo } from './real/go-version.ts';
import { serveRealHubApi } from './real/serve-real-hub-api.ts';
import { noRecordings, recorded } from './recorded-scenarios.ts';

const skip = noGo || noRecordings;

/** One of each kind: of a machine, of an object, of the API's watches, of its webhooks, of deletion. */
const STRUCK: Readonly<Record<string, FaultName>> = {
  sno2: 'bmc-password',
  sno3: 'bad-pull-secret',
  sno4: 'watch-expired',
  sno5: 'webhook-down',
  sno6: 'stuck-finalizer',
};
/** Of what a spoke's life does to its machines, in order: install, redeploy. */
const ON_OFF_ON = ['on install/create-cluster-instance', 'off redeploy/power-off-machines', 'on redeploy/create-cluster-instance'];

const LAB = `
lab: real
domain: real.lab
jumphost: {address: 192.168.21.1, nic: eno2}
networks:
  baremetal: {cidr: 192.168.21.0/24, bridge: br0}
servers:
  server[1-3]: {address: 192.168.21.2+, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}
clusters:
  hub1: {on: server1, role: hub, install: abi, masters: 3}
  mno1: {on: server2, role: spoke, hub: hub1, install: clusterinstance, masters: 3, workers: 2}
${[1, 2, 3, 4, 5, 6].map((number) => `  sno${number}: {on: server3, role: spoke, hub: hub1, install: clusterinstance, masters: 1}`).join('\n')}
`;
const HOUR_MS = 3_600_000;

describe("a hub's real API server under the world's controllers", { skip }, () => {
  let lab: RehearsedLab;
  before(async () => {
    if (skip !== false) return;
    const { plan, diagnostics } = planLab('lab.yml', LAB, EMPTY_LOCK);
    assert.ok(plan, JSON.stringify(diagnostics));
    lab = await rehearseLab(plan, {
      hubs: ['hub1'],
      faults: Object.entries(STRUCK).map(([cluster, fault]) => `${fault}@${cluster}`),
      crdsDir: join(recorded, '..', 'crds'),
      serveHubApi: serveRealHubApi(await ensureRealApiServer(console.log)),
      // The server's times are real ones. None of them may lie in the world's future.
      startMs: (Math.floor(Date.now() / HOUR_MS) + 1) * HOUR_MS,
    });
  });
  after(() => lab?.close());

  const run = (action: string, cluster: string, more: Readonly<Record<string, string>> = {}): Promise<JobReport> =>
    lab.run(action, action, cluster, { hub_kubeconfig: lab.world.hubs.get('hub1')!.kubeconfig, ...more });

  for (const cluster of ['sno1', 'mno1']) {
    test(`${cluster} is installed, detached, attached, redeployed`, async () => {
      const install = succeeded(await run('install', cluster));
      const kubeconfig = install.outputs.get('kubeconfig')!;
      for (const action of ['detach', 'attach', 'redeploy']) succeeded(await run(action, cluster, { spoke_kubeconfig: kubeconfig }));
      for (const { name } of lab.plan.machines.filter((machine) => machine.name.startsWith(`${cluster}-`))) {
        const events = lab.world.powerLog.filter(({ machine }) => machine === name).map(({ event, cause }) => `${event} ${cause}`);
        assert.deepEqual(events, ON_OFF_ON, name);
      }
    });
  }

  for (const [cluster, fault] of Object.entries(STRUCK)) {
    const { expect }: FaultRow = FAULTS[fault];
    test(`${fault} ${expect.outcome === 'survives' ? 'is survived' : 'fails the job in the words of the table'}`, async () => {
      const install = await run('install', cluster);
      if (expect.outcome === 'survives') {
        succeeded(install);
        return;
      }
      const { error } = expect.action === undefined ? install : (succeeded(install), await run(expect.action, cluster));
      assert.deepEqual(
        [error?.on?.object, error?.on?.condition, error?.on?.reason],
        [expect.object.replaceAll('CLUSTER', cluster).replace('NODE', 'master-0'), expect.condition, expect.reason],
        error?.message,
      );
      assert.match(error?.on?.message ?? '', expect.message);
    });
  }
});

function succeeded(report: JobReport): JobReport {
  assert.equal(report.error, undefined, `${JSON.stringify(report.error)}\n${report.log.slice(-20).join('\n')}`);
  return report;
}
