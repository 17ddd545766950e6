import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examplePlan } from '../../render/example-plan.test-data.ts';
import { machineOfName } from './machine-of-name.ts';
import { sshConfig } from './ssh-config.ts';

const options = { user: 'core', onJumphost: false, generations: new Map([['c1-master-2', 'g3-c7']]), knownHostsDir: '/k' };

test('a node goes over the jumphost, and its host key has a name and a file for each generation', () => {
  const text = sshConfig(examplePlan, options);
  const [block] = /Host c1-master-2 [^]*?(?=\n\n|$)/.exec(text)!;
  assert.match(block, /HostName 192\.168\.21\.22\n {2}User core\n {2}ProxyJump jump\n {2}HostKeyAlias c1-master-2\.g3-c7\.example\n/);
  assert.match(block, /UserKnownHostsFile "\/k\/c1-master-2\.g3-c7\.example"\n[^]*StrictHostKeyChecking accept-new/);
  assert.doesNotMatch(text, /StrictHostKeyChecking no/);
});

test('a machine whose generation is not known is left out', () => {
  assert.doesNotMatch(sshConfig(examplePlan, options), /c1-master-0/);
});

test('on the jumphost itself there is nothing to jump over', () => {
  assert.doesNotMatch(sshConfig(examplePlan, { ...options, onJumphost: true }), /ProxyJump/);
});

test('a machine has the names of its node in the cluster that holds it', () => {
  for (const name of ['c1-master-2', 'c1/master-2', 'master-2.c1', 'master-2.c1.our.pretty.lab'])
    assert.equal(machineOfName(examplePlan, name).name, 'c1-master-2');
  assert.throws(() => machineOfName(examplePlan, 'c1-master-3'), { code: 'bad_input', hint: /did you mean c1-master-\d\?/ });
});
