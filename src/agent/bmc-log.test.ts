import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobEvent, JobSpec } from '../contract/agent.ts';
import type { BmcEvent } from '../machines/bmc/bmc-event.ts';
import { examplePlan } from '../render/example-plan.test-data.ts';
import { createLog } from '../util/log.ts';
import { createBmcLog } from './bmc-log.ts';

const cluster = examplePlan.clusters.find(({ nodes }) => nodes.length > 0)!;
const other = examplePlan.clusters.find(({ nodes }) => nodes.every(({ machine }) => machine !== cluster.nodes[0]!.machine))!;
const call: BmcEvent = {
  machine: cluster.nodes[0]!.machine,
  what: 'reset ForceOff',
  changes: true,
  cause: null,
  client: '192.0.2.7',
  status: 204,
  tookMs: 12.3,
  error: undefined,
};

test('a job hears what its cluster’s machines were told, whoever called, and another job does not', () => {
  const { told, tell } = recorder([job('mine', cluster.name), job('other', other.name)]);
  tell(call);
  assert.deepEqual(told, [['mine', { type: 'log', step: null, text: `BMC of ${call.machine}: reset ForceOff from 192.0.2.7: done (12 ms)` }]]);
});

test('reads are not in a job’s log, refused ones are, and a call of the job’s own step is told under that step', () => {
  const { told, tell } = recorder([job('mine', cluster.name)]);
  tell({ ...call, what: 'read power and boot', changes: false, status: 200 });
  tell({ ...call, what: 'read power and boot', changes: false, status: 401, error: 'these credentials do not open this machine' });
  tell({ ...call, cause: 'mine/power-off' });
  assert.deepEqual(
    told.map(([, event]) => (event.type === 'log' ? [event.step, event.text.includes('401')] : [])),
    [
      [null, true],
      ['power-off', false],
    ],
  );
});

function recorder(jobs: readonly JobSpec[]) {
  const told: (readonly [string, JobEvent])[] = [];
  const tell = createBmcLog({
    plan: examplePlan,
    store: { held: () => jobs.map((one) => ({ job: one, fence: 1, sentSeq: 0 })) },
    journal: {
      state: () => ({ status: 'running', steps: [], memory: {} }),
      append(runId, atMs, event) {
        told.push([runId, event]);
        return { id: 'e', runId, seq: told.length, atMs, event };
      },
    },
    clock: { now: () => 0 },
    log: createLog('test'),
    onEvent: () => undefined,
  });
  return { told, tell };
}

function job(name: string, of: string): JobSpec {
  return { jobId: name, name, runId: 'run', action: 'install', cluster: of, inputs: {}, outputs: {}, components: [], timeoutMs: null };
}
