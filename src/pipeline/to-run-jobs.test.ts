import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EMPTY_LOCK } from '../lab/lock.ts';
import { planLab } from '../lab/plan-lab.ts';
import { packageRoot } from '../util/package-root.ts';
import { readPipeline } from './read-pipeline.ts';
import type { CatalogueComponent } from './select-component.ts';
import { toRunJobs } from './to-run-jobs.ts';

const example = (name: string) => readFileSync(join(packageRoot(), 'examples/pretty-lab', name), 'utf8');
const plan = planLab('lab.yml', example('lab.yml'), EMPTY_LOCK).plan!;
const NOW_MS = Date.parse('2026-11-24T12:00:00Z');

function component(id: string, version: string, more: Partial<CatalogueComponent> = {}): CatalogueComponent {
  const at = '2026-11-01T00:00:00.000000';
  return {
    id,
    topic: 'OCP-4.18',
    type: 'ocp',
    name: `OpenShift ${version}`,
    version,
    state: 'active',
    tags: ['build:ga'],
    releasedAt: at,
    createdAt: at,
    ...more,
  };
}

const components = [
  component('old', '4.18.1', { releasedAt: '2026-01-01T00:00:00.000000', createdAt: '2026-11-20T00:00:00.000000' }),
  component('new', '4.18.2'),
  component('other', '4.19.0', { topic: 'OCP-4.19' }),
];

function run(text: string) {
  const { jobs, diagnostics } = readPipeline([{ path: 'p.yml', text }]);
  assert.deepEqual(diagnostics, []);
  return toRunJobs(jobs, { plan, components, nowMs: NOW_MS });
}

function mistakes(text: string): string[] {
  const { value, diagnostics } = run(text);
  assert.equal(value, undefined);
  return diagnostics.map(({ id, at, message, hint }) => `${id} ${at?.line}:${at?.column} ${message} | ${hint}`);
}

const HUB = `- name: hub
  stage: hub
  topic: OCP-4.18
  components: [ocp]
  action: install
  cluster: hub1
  outputs: {hub_kubeconfig: kubeconfig}
`;
const spoke = (more = '', cluster = 'sno1') => `- name: spoke
  stage: spoke
  prev_stages: [hub]
  topic: OCP-4.18
  action: install
  cluster: ${cluster}
  inputs: {hub_kubeconfig: hub_kubeconfig}
${more}`;

for (const name of ['daily.yml', 'mno-daily.yml', 'sno-hub.yml']) {
  test(`examples/pretty-lab/${name} fits its lab, and every spoke gets its hub's kubeconfig`, () => {
    const { value, diagnostics } = run(example(name));
    assert.deepEqual(diagnostics, []);
    const [hub, ...spokes] = value!.filter(({ action }) => action !== 'release');
    assert.deepEqual(hub!.outputs, { hub_kubeconfig: 'kubeconfig' });
    for (const job of spokes) {
      assert.deepEqual(job.inputs, { hub_kubeconfig: { job: hub!.name, output: 'hub_kubeconfig' } });
      assert.ok(job.needs.includes(hub!.name));
      assert.deepEqual(job.componentIds, ['new']);
    }
  });
}

test('a job carries its time limit, its topic and all the file says', () => {
  const [, job] = run(
    HUB + spoke('  use_previous_topic: true\n  timeout: 1h30m\n  comment: nightly\n').replace('prev_stages: [hub]\n  topic: OCP-4.18', 'prev_stages: [hub]'),
  ).value!;
  assert.deepEqual([job!.timeoutMs, job!.topic, job!.definition['comment']], [5_400_000, 'OCP-4.18', 'nightly']);
});

test('the newest component that an entry means is chosen', () => {
  const ids = (entry: string) => run(HUB.replace('[ocp]', `[${entry}]`)).value![0]!.componentIds;
  assert.deepEqual(ids('ocp'), ['new']);
  assert.deepEqual(ids('ocp=4.18.1'), ['old']);
  assert.deepEqual(ids('"ocp?name:OpenShift 4.18*"'), ['new']);
  assert.deepEqual(ids('"ocp?version:4.18.1&tags:build:candidate"'), ['old']);
  assert.deepEqual(ids('{type: ocp, priority_tags: [build:nightly, build:ga], max_age: 30}'), ['old']);
});

test('a component or a topic that is not there is said where it is asked for', () => {
  assert.deepEqual(mistakes(HUB.replace('[ocp]', '[ocp=4.18.9]')), [
    'no-component 4:3 topic OCP-4.18 has no component for ocp=4.18.9 | ask for another version or tag; the topic has components of type ocp',
  ]);
  assert.deepEqual(mistakes(HUB.replace('OCP-4.18', 'OCP-4.81')), ['unknown-topic 3:3 there is no topic OCP-4.81 with components | did you mean OCP-4.18?']);
  assert.deepEqual(mistakes(HUB.replace('  topic: OCP-4.18\n', '')), ['no-topic 1:3 hub has no topic | add topic: OCP-4.18']);
});

test('a spoke is not installed through the hub of another', () => {
  assert.match(
    mistakes(HUB.replace('hub1', 'sno-cluster1') + spoke())[0] ?? '',
    /^wrong-hub 14:3 spoke gets the kubeconfig of sno-cluster1, but the hub of sno1 is hub1 \| put the job that installs hub1/,
  );
});

test('clusters that share machines are not used in one pipeline', () => {
  const both =
    HUB.replace('name: hub', 'name: whole').replace('hub1', 'cluster1').replace('stage: hub', 'stage: first') +
    HUB.replace('hub1', 'sno-cluster1') +
    spoke('', 'spoke1');
  assert.deepEqual(
    mistakes(both).map((one) => one.split(' |')[0]),
    [
      'shared-machines 13:3 sno-cluster1 and cluster1 stand on the same machines: cluster1-worker-3',
      'shared-machines 20:3 spoke1 and cluster1 stand on the same machines: cluster1-master-0, cluster1-master-1 and 4 more',
    ],
  );
});

test('two jobs on one cluster do not run at the same time', () => {
  const twice = HUB + spoke() + spoke('  needs: []\n').replace('name: spoke', 'name: again');
  assert.deepEqual(mistakes(twice), ['same-time 20:3 spoke and again act on sno1 and may run at the same time | add needs: [spoke], or give it a later stage']);
  assert.ok(run(twice.replace('needs: []', 'needs: [spoke]')).value);
});

test('an input that may not be there yet is found', () => {
  const early = HUB + spoke().replace('stage: spoke', 'stage: hub');
  assert.deepEqual(mistakes(early), [
    'input-too-late 14:3 spoke may start before hub, which makes its input hub_kubeconfig, has ended | add needs: [hub], or give it a later stage',
  ]);
  assert.ok(run(early.replace('prev_stages: [hub]', 'prev_stages: [hub]\n  needs: [hub]')).value);
});

test('only a spoke is detached; what is installed from the jumphost can be redeployed too', () => {
  assert.match(mistakes(HUB.replace('action: install', 'action: detach'))[0] ?? '', /^not-a-spoke 5:3 hub1 is no spoke/);
  assert.ok(run(HUB.replace('action: install', 'action: redeploy')).value);
});
