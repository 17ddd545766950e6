import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../util/package-root.ts';
import { releaseVersionOf, syntheticRelease } from './synthetic-release.ts';

test('the release in examples/ is what a rehearsal of that version has', () => {
  assert.deepEqual(JSON.parse(readFileSync(join(packageRoot(), 'examples/release-4.18.1.json'), 'utf8')), syntheticRelease('4.18.1'));
});

test('a release is known by tag and by digest, wherever it is', () => {
  assert.equal(releaseVersionOf('quay.io/ocp/release:4.18.1-x86_64'), '4.18.1');
  assert.equal(releaseVersionOf('registry.our.lab:5000/openshift/release-images:4.20.0-0.nightly-x86_64'), '4.20.0-0.nightly');
  assert.equal(releaseVersionOf(`registry.our.lab:5000/openshift/release-images@${syntheticRelease('4.17.33').digest}`), '4.17.33');
  assert.equal(releaseVersionOf(`quay.io/ocp/release@sha256:${'0'.repeat(64)}`), undefined);
});
