import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isLabwrightError, type LabwrightError } from '../../util/errors.ts';
import { readDefinitions } from './read-definitions.ts';

const GOOD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.lab.example}
spec:
  group: lab.example
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object}}
`;

function folderOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-crds-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'below'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function refusal(t: TestContext, text: string): LabwrightError {
  const folder = folderOf(t, { 'good.yaml': GOOD, 'wrong.yaml': text });
  try {
    readDefinitions(folder);
  } catch (error) {
    assert.ok(isLabwrightError(error) && error.code === 'bad_input' && error.hint);
    assert.equal(error.at?.path ?? '', join(folder, 'wrong.yaml'), error.message);
    return error;
  }
  throw new Error('it was taken');
}

test('all files of a folder are read, and all documents of a file', (t) => {
  const folder = folderOf(t, {
    'b.yaml': `---\n${GOOD}---\n${GOOD.replaceAll('idget', 'odget')}`,
    'below/a.yml': GOOD.replaceAll('idget', 'adget'),
    'README.md': 'no definition',
  });
  assert.deepEqual(
    readDefinitions(folder).map(({ metadata }) => metadata.name),
    ['widgets.lab.example', 'wodgets.lab.example', 'wadgets.lab.example'],
  );
});

test('what is wrong is named with its file and line', (t) => {
  for (const [text, line, message] of [
    [`${GOOD}   oops: {`, 13, /./],
    [GOOD.replace('kind: CustomResourceDefinition', 'kind: ConfigMap'), 2, /no CustomResourceDefinition, its kind is "ConfigMap"/],
    [GOOD.replace('/v1\n', '/v1beta1\n'), 1, /only apiextensions\.k8s\.io\/v1/],
    [GOOD.replace('widgets.lab.example', 'widgets'), 3, /metadata\.name: Invalid value: "widgets"/],
    [GOOD.replace('Namespaced', 'Local'), 7, /spec\.scope: Unsupported value: "Local"/],
    [`${GOOD}---\n${GOOD.replace('      schema: {openAPIV3Schema: {type: object}}\n', '')}`, 22, /openAPIV3Schema: Required value/],
    ['- a list\n', 1, /no object/],
    ['', 1, /nothing in this file/],
  ] as const) {
    const error = refusal(t, text);
    assert.match(error.message, message);
    assert.equal(error.at?.line, line, error.message);
  }
});

test('a folder that is not there, or has no YAML file, is named', (t) => {
  const folder = folderOf(t, {});
  assert.throws(() => readDefinitions(folder), { code: 'bad_input', message: `there is no YAML file in ${folder}` });
  assert.throws(() => readDefinitions(join(folder, 'none')), { code: 'bad_input', message: /cannot read the folder .*none/ });
});
