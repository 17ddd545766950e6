import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionInput } from '../action.ts';
import { channelFor, pathMistake, targetOf } from './release.ts';

const clusterVersion = {
  apiVersion: 'config.openshift.io/v1',
  kind: 'ClusterVersion',
  metadata: { name: 'version' },
  spec: { channel: 'stable-4.18' },
  status: { availableUpdates: [{ version: '4.18.2', image: 'quay.example.com/release@sha256:02' }] },
};

test('an image goes by the digest of the component, else by the one the cluster is offered, else not at all', () => {
  const target = (release: ActionInput['release']): string => targetOf({ release } as Partial<ActionInput> as ActionInput, clusterVersion).image;
  const byTag = 'registry.example.com:5000/release:4.18.2-x86_64';
  assert.equal(target({ version: '4.18.2', image: byTag, digest: 'sha256:01' }), 'registry.example.com:5000/release@sha256:01');
  assert.equal(target({ version: '4.18.2', image: 'registry.example.com/release@sha256:03' }), 'registry.example.com/release@sha256:03');
  assert.equal(target({ version: '4.18.2', image: byTag }), 'quay.example.com/release@sha256:02');
  assert.throws(() => target({ version: '4.18.3', image: byTag }), /nobody knows the digest/);
});

test('a cluster goes neither back nor over a minor version', () => {
  assert.equal(pathMistake('4.18.1', '4.18.2'), undefined);
  assert.equal(pathMistake('4.18.30', '4.19.0'), undefined);
  assert.match(pathMistake('4.18.2', '4.18.1') ?? '', /does not go back/);
  assert.match(pathMistake('4.18.2', '4.20.1') ?? '', /upgrade to 4\.19 first/);
});

test('the channel follows the minor version', () => {
  assert.equal(channelFor(clusterVersion, '4.19.1'), 'stable-4.19');
  assert.equal(channelFor({ ...clusterVersion, spec: {} }, '4.19.1'), undefined);
});
