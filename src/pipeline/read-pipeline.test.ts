import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LabPlan } from '../lab/plan.ts';
import { packageRoot } from '../util/package-root.ts';
import { checkAgainstLab } from './check-against-lab.ts';
import { inputProducer, jobGraph, previousJob } from './job-graph.ts';
import { parseOverride } from './override.ts';
import { readPipeline } from './read-pipeline.ts';

const daily = readFileSync(join(packageRoot(), 'examples/pretty-lab/daily.yml'), 'utf8');
const read = (text: string) => readPipeline([{ path: 'p.yml', text }]);
const ids = (text: string) => read(text).diagnostics.map(({ id }) => id);

test('the daily pipeline is five jobs in a row', () => {
  const { jobs, diagnostics } = read(daily);
  assert.deepEqual(diagnostics, []);
  const graph = jobGraph(jobs);
  assert.deepEqual(
    graph.jobs.map(({ job, needs }) => [job.name, needs.length]),
    [
      ['hub1-install', 0],
      ['sno1-install', 1],
      ['sno1-detach', 2],
      ['sno1-again', 3],
      ['sno1-detach-again', 4],
    ],
  );
  assert.equal(inputProducer(jobs, jobs[4]!, 'hub_kubeconfig')?.name, 'hub1-install');
  assert.equal(previousJob(jobs, jobs[4]!, new Set(['hub1-install', 'sno1-again']))?.name, 'sno1-again');
  const lab = { lab: 'empty', clusters: [] as LabPlan['clusters'] } as LabPlan;
  assert.deepEqual([...new Set(checkAgainstLab(graph, lab).map(({ id }) => id))], ['unknown-cluster']);
});

test('neighbours with one name merge: lists join, maps take the later keys, nested maps are replaced', () => {
  const files = [
    { path: 'a.yml', text: '- {name: a, stage: s, ansible_playbook: x, components: [ocp], ansible_extravars: {k: {x: 1}, l: 1}}' },
    { path: 'b.yml', text: '- {name: a, components: [ocp, cnf], ansible_extravars: {k: {y: 2}}}' },
  ];
  const { jobs, diagnostics } = readPipeline(files, [parseOverride('s:topic=OCP-4.18')]);
  assert.deepEqual(diagnostics, []);
  assert.equal(jobs.length, 1);
  assert.equal(jobs[0]!.topic, 'OCP-4.18');
  assert.deepEqual(jobs[0]!.components, ['ocp', 'ocp', 'cnf']);
  assert.deepEqual(jobs[0]!.definition['ansible_extravars'], { k: { y: 2 }, l: 1 });
});

test('every mistake has its id', () => {
  const job = (name: string, more = '') => `- {name: ${name}, stage: s, action: install${more}}\n`;
  assert.deepEqual(ids(job('a') + job('b') + job('a')), ['duplicate-job']);
  assert.deepEqual(ids('- {name: a, stage: s, action: fly}'), ['unknown-action']);
  assert.deepEqual(ids('- {name: a, stage: s}'), ['nothing-to-run']);
  assert.deepEqual(ids('- {stage: s, action: install}'), ['missing-key']);
  assert.deepEqual(ids('- {name: a, stage: [s], action: install}'), ['wrong-type']);
  assert.deepEqual(ids(job('a', ', timeout: 90')), ['wrong-type']);
  assert.deepEqual(ids(job('a', ', timeout: 90x')), ['wrong-value']);
  assert.deepEqual(ids(job('a', ', components: [{tags: [x]}]')), ['bad-component']);
  assert.deepEqual(ids(job('a', ', ansible_playbook: x')), ['two-ways-to-run']);
  assert.deepEqual(ids(job('a', ', prev_stages: [x]')), ['unknown-prev-stage']);
  assert.deepEqual(ids(job('a', ', inputs: {k: v}')), ['input-without-output']);
  assert.deepEqual(ids(job('a', ', needs: [b]') + job('b', ', needs: [a]')), ['cycle']);
  assert.deepEqual(ids(job('a', ', retries: 2')), ['key-not-read']);
  assert.deepEqual(ids(job('a') + job('s').replace('stage: s', 'stage: t')), ['name-is-stage']);
  assert.deepEqual(ids('name: a'), ['not-a-list']);
});

test('a misspelt key is a warning at the key, with the right spelling', () => {
  const [warning] = read('- name: a\n  stage: s\n  action: install\n  clustr: x\n').diagnostics;
  assert.equal(warning?.severity, 'warning');
  assert.equal(warning?.hint, 'did you mean cluster?');
  assert.deepEqual(warning?.at, { path: 'p.yml', line: 4, column: 3 });
});
