import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Variable } from './inventory.ts';
import { resolveVars } from './resolve-vars.ts';

function vars(values: Readonly<Record<string, unknown>>): Map<string, Variable> {
  return new Map(Object.entries(values).map(([name, value]) => [name, { value, at: () => ({ path: 'hosts.yml', line: 1, column: 1 }) }]));
}

function resolved(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries([...resolveVars(vars(values))].map(([name, { value }]) => [name, value]));
}

test('variables that refer to each other are resolved in any order, each with its type', () => {
  const { api_vip, ingress_vip, memory, name } = resolved({
    ingress_vip: '{{ api_vip }}',
    api_vip: "{{ machine_network_cidr | ipaddr('96') | ansible.utils.ipaddr('address') }}",
    machine_network_cidr: '10.60.0.0/24',
    memory: '{{ sizes.memory }}',
    sizes: { memory: 16384 },
    name: '{{ prefix | default("dci") }}-{{ sizes["memory"] }}',
  });
  assert.deepEqual([api_vip, ingress_vip, memory, name], ['10.60.0.96', '10.60.0.96', 16384, 'dci-16384']);
});

test('a default is not taken while the variable itself is still pending', () => {
  assert.equal(resolved({ a: '{{ b | default("x") }}', b: '{{ c }}', c: 'known' })['a'], 'known');
});

test('what only a run of Ansible knows stays as written, with where and why', () => {
  const all = resolveVars(vars({ hosts: [{ name: '{{ ansible_fqdn }}' }], key: "{{ lookup('file', 'x') }}", loop: '{{ loop }}', after: '{{ key }}' }));
  const problems = [...all.values()].flatMap(({ unresolved }) => unresolved.map(({ keys, problem }) => `${keys.join('.')}: ${problem}`));
  assert.deepEqual(problems, [
    '0.name: ansible_fqdn is not defined in the inventory',
    ': look-ups are made when Ansible runs',
    ': loop in it cannot be resolved either',
    ': key in it cannot be resolved either',
  ]);
  assert.deepEqual(all.get('hosts')?.value, [{ name: '{{ ansible_fqdn }}' }]);
});
