import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../util/package-root.ts';
import { mirrorInstallConfig, mirrorObject, registriesConf } from './mirror-objects.ts';
import { mirrored, planMirror } from './mirror-plan.ts';
import { readReleaseImages } from './read-release-images.ts';

const TEXT = readFileSync(join(packageRoot(), 'examples/release-4.18.1.json'), 'utf8');
const REGISTRY = 'registry.our.lab:5000';
const plan = planMirror(readReleaseImages(TEXT, 'release.json'), REGISTRY);

test('every image of a release is planned once, by the digest it has outside', () => {
  assert.equal(plan.version, '4.18.1');
  assert.equal(plan.images.length, 22);
  assert.match(plan.images[0]!.mirror, /^registry\.our\.lab:5000\/openshift\/release-images@sha256:/);
  for (const { source, mirror } of plan.images) assert.equal(mirror.split('@')[1], source.split('@')[1]);
  const shared = planMirror({ ...readReleaseImages(TEXT, 'r'), components: ['a', 'b'].map((name) => ({ name, image: plan.images[1]!.source })) }, REGISTRY);
  assert.deepEqual(
    shared.images.map(({ name }) => name),
    ['release', 'a'],
  );
});

test('repositories are mirrored as oc-mirror does, others keep their path', () => {
  assert.deepEqual(plan.sources, [
    { source: 'quay.io/openshift-release-dev/ocp-release', mirror: 'registry.our.lab:5000/openshift/release-images' },
    { source: 'quay.io/openshift-release-dev/ocp-v4.0-art-dev', mirror: 'registry.our.lab:5000/openshift/release' },
  ]);
  assert.equal(mirrored('registry.ci.example.com:443/ocp/release:4.20.0-0.nightly', REGISTRY), 'registry.our.lab:5000/ocp/release:4.20.0-0.nightly');
  assert.throws(() => mirrored('ubi9', REGISTRY), { code: 'bad_input' });
});

test('nodes are told never to ask the source; releases before 4.13 by an ImageContentSourcePolicy', () => {
  const { kind, spec } = mirrorObject(plan) as unknown as { kind: string; spec: { imageDigestMirrors: readonly object[] } };
  assert.equal(kind, 'ImageDigestMirrorSet');
  assert.deepEqual(spec.imageDigestMirrors[0], {
    source: 'quay.io/openshift-release-dev/ocp-release',
    mirrors: ['registry.our.lab:5000/openshift/release-images'],
    mirrorSourcePolicy: 'NeverContactSource',
  });
  assert.equal(mirrorObject({ ...plan, version: '4.12.70' }).kind, 'ImageContentSourcePolicy');
  assert.deepEqual(Object.keys(mirrorInstallConfig({ ...plan, version: '4.12.70' }, undefined)), ['imageContentSources']);
  assert.deepEqual(Object.keys(mirrorInstallConfig(plan, 'PEM')), ['imageDigestSources', 'additionalTrustBundle']);
  assert.equal(registriesConf(plan.sources).match(/mirror-by-digest-only = true/g)?.length, 2);
});

test('a file that is no release, or names an image by tag, is refused with what to write', () => {
  for (const [text, message] of [
    ['{', /is no JSON/],
    ['{}', /describes no release: image/],
    [
      TEXT.replace(/@sha256:[0-9a-f]+"\n(\s+)\}\n\s+\},/, ':latest"\n$1}\n},'),
      /component agent-installer-api-server is .*:latest, which is no image by digest/,
    ],
  ] as const) {
    assert.throws(() => readReleaseImages(text, 'release.json'), { code: 'bad_input', message });
  }
});
