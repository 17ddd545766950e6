// Pipeline files that cannot run: said before anything starts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labFolder, labwright } from './labwright.ts';
import { LAB } from './mistakes.ts';

const PIPELINE = `- name: hub
  stage: hub
  topic: OCP-4.18
  components: [ocp]
  action: install
  cluster: hub1
  outputs: {hub_kubeconfig: kubeconfig}
- name: spoke
  stage: spoke
  prev_stages: [hub]
  topic: OCP-4.18
  components: [ocp]
  action: install
  cluster: sno1
  inputs: {hub_kubeconfig: hub_kubeconfig}
`;

const MISTAKES: readonly (readonly [title: string, edit: readonly [string, string], at: string, message: RegExp, hint: RegExp])[] = [
  [
    'an action that is not there',
    ['action: install', 'action: instal'],
    'action: instal',
    /there is no action "instal"/,
    /did you mean install\? write one of: install, prepare, detach, attach, redeploy/,
  ],
  ['an action on a cluster that is not there', ['cluster: sno1', 'cluster: sno2'], 'cluster: sno2', /has no cluster sno2/, /one of: cluster1, hub1, sno1/],
  ['an action on no cluster', ['  cluster: sno1\n', ''], 'name: spoke', /spoke names no cluster/, /write cluster:/],
  [
    'an input that nobody makes',
    ['inputs: {hub_kubeconfig: hub_kubeconfig}', 'inputs: {hub_kubeconfig: hub_kubeconfig, token: token}'],
    'inputs',
    /no job in prev_stages outputs token/,
    /add the job that outputs token/,
  ],
  [
    'a spoke without the kubeconfig of its hub',
    ['  inputs: {hub_kubeconfig: hub_kubeconfig}\n', ''],
    'name: spoke',
    /spoke needs the kubeconfig of hub1/,
    /add inputs: \{hub_kubeconfig: hub_kubeconfig\}/,
  ],
  [
    'a previous stage that is not there',
    ['prev_stages: [hub]', 'prev_stages: [huub]'],
    'prev_stages',
    /no earlier job or stage is called huub/,
    /name a job or a stage above/,
  ],
  ['a need that is not there', ['prev_stages: [hub]', 'prev_stages: [hub]\n  needs: [huub]'], 'needs', /no job is called huub/, /name a job of this pipeline/],
  ['a topic that is not there', ['topic: OCP-4.18', 'topic: OPC-4.18'], 'topic: OPC', /no topic OPC-4\.18/, /OCP-4\.18/],
  [
    'both an action and a playbook',
    ['action: install', 'ansible_playbook: site.yml\n  action: install'],
    'action: install',
    /both action and ansible_playbook/,
    /keep one/,
  ],
  ['nothing to run', ['  action: install\n', ''], 'name: hub', /neither action nor ansible_playbook/, /add action: install/],
  ['jobs that wait for each other', ['stage: hub\n', 'stage: hub\n  needs: [spoke]\n'], 'needs', /wait for each other: /, /remove one of their needs/],
  ['a job without a stage', ['  stage: spoke\n', ''], 'name: spoke', /key "stage" is missing/, /add stage: hub/],
  [
    'two jobs of one name',
    ['name: spoke', 'name: hub\n  stage: x\n  action: install\n  cluster: hub1\n- name: other\n  stage: y\n  action: install\n  cluster: hub1\n- name: hub'],
    'name: hub',
    /there is already a job hub/,
    /rename one/,
  ],
  ['a list that is none', ['- name: hub\n  stage', 'name: hub\nstage'], '', /./, /./],
  ['a time without a unit', ['cluster: sno1', 'cluster: sno1\n  timeout: 90'], 'timeout', /timeout is 90, not text/, /write timeout: 90m/],
  ['a component in no form', ['components: [ocp]', 'components: ["ocp?4.18"]'], 'components', /"4\.18" is not field:value/, /type\?version:4\.18\.1/],
  [
    'a spoke through the wrong hub',
    ['cluster: hub1', 'cluster: sno-hub'],
    'inputs',
    /gets the kubeconfig of sno-hub, but the hub of sno1 is hub1/,
    /put the job that installs hub1 last/,
  ],
  [
    'a cluster beside one on its machines',
    ['cluster: hub1', 'cluster: sno-hub\n- name: whole\n  stage: hub\n  topic: OCP-4.18\n  action: install\n  cluster: cluster1'],
    'cluster: cluster1',
    /cluster1 and sno-hub stand on the same machines: cluster1-worker-3/,
    /two pipelines/,
  ],
  ['a hub that is to be detached', ['action: install', 'action: detach'], 'action: detach', /hub1 is no spoke/, /role: spoke/],
];

for (const [title, edit, at, message, hint] of MISTAKES) {
  test(`${title} is refused where it stands`, (t) => {
    const text = PIPELINE.replace(edit[0], () => edit[1]);
    assert.notEqual(text, PIPELINE);
    const lab = labFolder(t, { 'lab.yml': LAB, 'p.yml': text });
    const { status, stdout, stderr } = labwright('rehearse', `${lab.path}/p.yml`, '--json');
    assert.equal(status, 2, stderr);
    assert.equal(stdout, '');
    const [first = '', source = '', advice = ''] =
      stderr
        .split('\n\n')
        .find((block) => message.test(block))
        ?.split('\n') ?? [];
    assert.match(first, message, stderr);
    const [, line, column] = /p\.yml:(\d+):(\d+): /.exec(first) ?? [];
    assert.ok(first.startsWith(`${lab.path}/p.yml:`));
    assert.equal(source, text.split('\n')[Number(line) - 1]);
    assert.ok(source.slice(Number(column) - 1).startsWith(at), `${first}\npoints at: ${source.slice(Number(column) - 1)}`);
    assert.match(advice, /^hint: /);
    assert.match(advice, hint);
    assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+\)?$/m);
  });
}
