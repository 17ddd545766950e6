import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterInstanceSpec } from '../../src/render/siteconfig/cluster-instance.ts';
import { renderTemplates } from '../../src/render/siteconfig/render-templates.ts';
import { CUSTOM_TEMPLATES, recordedCases } from './siteconfig-recordings.ts';

const { cases, skip } = recordedCases();
if (skip) test('renders like the recorded operator', { skip }, () => undefined);

for (const recorded of cases) {
  // The others have several states; they are replayed in siteconfig-replay.test.ts.
  if (recorded.storedSpec === undefined || recorded.rendered === undefined || recorded.rendered.length === 0) continue;
  if (CUSTOM_TEMPLATES.has(recorded.case)) continue;
  test(`renders like the recorded operator: ${recorded.case}`, () => {
    const instance = recorded.inputs.find(({ kind }) => kind === 'ClusterInstance')!;
    const owner = { namespace: instance.metadata.namespace!, name: instance.metadata.name };
    const rendered = renderTemplates(owner, clusterInstanceSpec({ ...instance, spec: recorded.storedSpec })).filter(({ fate }) => fate === 'applied');
    assert.deepEqual(
      rendered.map((manifest) => manifest.object),
      recorded.rendered,
    );
  });
}
