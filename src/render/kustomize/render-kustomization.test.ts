import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderKustomization } from './render-kustomization.ts';

const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

function mistakes(files: Readonly<Record<string, string>>): string[] {
  const { objects, diagnostics } = renderKustomization({ files: new Map(Object.entries(files)), path: 'site' });
  assert.equal(objects, undefined);
  return diagnostics.map(({ id, at, message }) => `${at?.path}:${at?.line} ${id}: ${message}`);
}

test('what is not rendered is refused by its name and line, all at once', () => {
  const text = 'resources: [a.yaml]\nimages:\n- {name: x}\nnamePrefx: a\ngenerators: [site.yaml]\nhelmCharts: []\n';
  const site = 'apiVersion: ran.openshift.io/v1\nkind: PolicyGenTemplate\nmetadata: {name: x}\n';
  assert.deepEqual(mistakes({ 'site/kustomization.yaml': text, 'site/a.yaml': CONFIG_MAP, 'site/site.yaml': site }), [
    'site/kustomization.yaml:2 not-rendered: images of a kustomization is not rendered',
    'site/kustomization.yaml:6 not-rendered: helmCharts of a kustomization is not rendered',
    'site/kustomization.yaml:4 unknown-key: unknown key "namePrefx" in the file',
  ]);
  assert.deepEqual(mistakes({ 'site/kustomization.yaml': 'generators: [site.yaml]', 'site/site.yaml': site }), [
    'site/site.yaml:2 unknown-generator: the generator PolicyGenTemplate of ran.openshift.io/v1 is not rendered',
  ]);
});

test('a path that leads nowhere, outside or to another host is refused where it is named', () => {
  const text = 'resources:\n- b.yaml\n- ../outside.yaml\n- https://example.org/x\n- ../site\n- ../../up\n';
  assert.deepEqual(mistakes({ 'site/kustomization.yaml': text, 'outside.yaml': CONFIG_MAP }), [
    'site/kustomization.yaml:2 no-such-file: there is no b.yaml',
    'site/kustomization.yaml:3 outside-file: ../outside.yaml is outside the folder of the kustomization',
    'site/kustomization.yaml:4 remote-file: https://example.org/x is not in this repository',
    'site/kustomization.yaml:5 endless-kustomization: ../site includes this kustomization again',
    'site/kustomization.yaml:6 no-such-file: there is no ../../up',
  ]);
});

test('the second of two equal objects is refused, and says where the first is', () => {
  const files = { 'site/kustomization.yaml': 'resources: [a.yaml, b.yaml]', 'site/a.yaml': CONFIG_MAP, 'site/b.yaml': `---\n${CONFIG_MAP}` };
  assert.deepEqual(mistakes(files), ['site/b.yaml:2 duplicate-object: ConfigMap/a is already in site/a.yaml, line 1']);
});

test('a patch that fits nothing is refused at the patch', () => {
  const patch = '# corrected by hand\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n';
  const text = 'resources: [a.yaml]\npatches:\n- path: p.yaml\n- target: {kind: ConfigMap}\n  patch: |-\n    - {op: remove, path: /data/x}\n';
  assert.deepEqual(mistakes({ 'site/kustomization.yaml': text, 'site/a.yaml': CONFIG_MAP, 'site/p.yaml': patch }), [
    'site/p.yaml:2 no-patch-target: no object is ConfigMap/b',
    'site/kustomization.yaml:4 patch-mismatch: remove /data/x does not fit ConfigMap/a: there is no such field',
  ]);
});

test('each object knows the file and line it comes from', () => {
  const { objects, origins } = renderKustomization({
    files: new Map([
      ['kustomization.yaml', 'resources: [a.yaml]\nsecretGenerator:\n- name: s\n  literals: [a=b]\n'],
      ['a.yaml', `# first\n${CONFIG_MAP}---\n${CONFIG_MAP.replace('name: a', 'name: b')}`],
    ]),
    path: '.',
  });
  assert.deepEqual(
    objects?.map((object) => `${object.metadata.name} ${origins.get(object)?.path}:${origins.get(object)?.line}`),
    ['a a.yaml:2', 'b a.yaml:6', 's-k695gkmbtk kustomization.yaml:3'],
  );
});
