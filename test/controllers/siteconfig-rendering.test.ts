import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, ObjectRef } from '../../src/kube/objects.ts';
import { clusterInstanceSpec } from '../../src/render/siteconfig/cluster-instance.ts';
import { userTemplates } from '../../src/render/siteconfig/user-templates.ts';
import { foreignTemplates } from '../../src/render/siteconfig/foreign-templates.ts';
import { renderTemplates } from '../../src/render/siteconfig/render-templates.ts';
import { recordedCases } from './siteconfig-recordings.ts';

const { cases, skip } = recordedCases();
if (skip) test('renders like the recorded operator', { skip }, () => undefined);

for (const recorded of cases) {
  // The others have several states; they are replayed in siteconfig-replay.test.ts.
  if (recorded.storedSpec === undefined || recorded.rendered === undefined || recorded.rendered.length === 0) continue;
  test(`renders like the recorded operator: ${recorded.case}`, () => {
    const instance = recorded.inputs.find(({ kind }) => kind === 'ClusterInstance')!;
    const owner = { namespace: instance.metadata.namespace!, name: instance.metadata.name };
    const spec = clusterInstanceSpec({ ...instance, spec: recorded.storedSpec });
    const get = ({ kind, name }: ObjectRef): KubeObject | undefined => recorded.inputs.find((one) => one.kind === kind && one.metadata.name === name);
    const rendered = renderTemplates(owner, spec, userTemplates(get, spec, foreignTemplates(spec))).filter(({ fate }) => fate === 'applied');
    assert.deepEqual(
      rendered.map((manifest) => manifest.object),
      recorded.rendered,
    );
  });
}
