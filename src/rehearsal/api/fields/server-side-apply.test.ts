import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathsOf } from './field-set.ts';
import { objectType } from './field-type.ts';
import type { Json } from '../json.ts';
import { managersOf } from './managed-fields.ts';
import { apply, ownUpdate } from './server-side-apply.ts';
import type { ManagedWrite } from './server-side-apply.ts';

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        hosts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', properties: { name: { type: 'string' }, role: { type: 'string' } } },
        },
      },
    },
  },
};

function by(manager: string): ManagedWrite {
  return { type: objectType(schema), manager, apiVersion: 'lab.example/v1', subresource: '', hasStatus: false, time: '2026-01-01T00:00:00Z' };
}

function widget(spec: Json): Json {
  return { apiVersion: 'lab.example/v1', kind: 'Widget', metadata: { name: 'w' }, spec };
}

function owned(object: Json): Record<string, string[]> {
  return Object.fromEntries([...managersOf(object).values()].map(({ manager, fields }) => [manager, pathsOf(fields)]));
}

test('a field of another manager is a conflict that names both, unless it is taken by force', () => {
  const first = apply(widget({}), widget({ size: 1 }), false, by('alpha'));
  assert.throws(() => apply(first, widget({ size: 2 }), false, by('beta')), {
    code: 409,
    message: 'Apply failed with 1 conflict: conflict with "alpha": .spec.size',
  });
  const taken = apply(first, widget({ size: 2 }), true, by('beta'));
  assert.deepEqual(owned(taken), { beta: ['.spec.size'] });
});

test('an item of a keyed list that its manager leaves out goes, another manager’s stays', () => {
  const both = apply(
    apply(widget({}), widget({ hosts: [{ name: 'a' }] }), false, by('alpha')),
    widget({ hosts: [{ name: 'b', role: 'x' }] }),
    false,
    by('beta'),
  );
  const left = apply(both, widget({}), false, by('alpha'));
  assert.deepEqual(left['spec'], { hosts: [{ name: 'b', role: 'x' }] });
  // The empty map that alpha applied is alpha's own.
  assert.deepEqual(owned(left), { alpha: ['.spec'], beta: ['.spec.hosts[name="b"]', '.spec.hosts[name="b"].name', '.spec.hosts[name="b"].role'] });
});

test('a plain update takes what it changes from whoever applied it', () => {
  const applied = apply(widget({}), widget({ size: 1 }), false, by('alpha'));
  const updated = ownUpdate(applied, widget({ size: 2 }), managersOf(applied), by('kubectl-edit'));
  assert.deepEqual(owned(updated), { 'kubectl-edit': ['.spec.size'] });
});
