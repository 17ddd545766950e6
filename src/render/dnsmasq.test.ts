import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderDnsmasq } from './dnsmasq.ts';
import { examplePlan } from './example-plan.test-data.ts';

const options = { confDir: '/etc/dnsmasq.d', stateDir: '/state', interface: 'br0', upstreams: [] };

test('node records come before api, and apps is an address with its local pair', () => {
  const text = renderDnsmasq(examplePlan, options).get('/etc/dnsmasq.d/20-cluster-c1.conf') ?? '';
  assert.ok(text.indexOf('host-record=master-2.c1') < text.indexOf('host-record=api.c1'));
  assert.match(text, /^address=\/apps\.c1\.our\.pretty\.lab\/192\.168\.21\.19\nlocal=\/apps\.c1\.our\.pretty\.lab\/$/m);
});

test('only known MACs are answered, with the tag of their cluster', () => {
  const files = renderDnsmasq(examplePlan, options);
  assert.match(files.get('/etc/dnsmasq.d/10-seg-flat.conf') ?? '', /^dhcp-range=set:flat,192\.168\.21\.0,static,255\.255\.255\.0,12h$/m);
  assert.match(files.get('/state/dhcp-hosts.d/c1') ?? '', /^52:54:00:00:01:00,set:c1,192\.168\.21\.20,master-0,12h$/m);
});

test('the inactive cluster has no file; once active, its api is its node', () => {
  const path = '/etc/dnsmasq.d/20-cluster-sno.conf';
  assert.equal(renderDnsmasq(examplePlan, options).has(path), false);
  const clusters = examplePlan.clusters.map((cluster) => ({ ...cluster, active: cluster.name === 'sno' }));
  const text = renderDnsmasq({ ...examplePlan, clusters }, options).get(path) ?? '';
  assert.match(text, /^host-record=api-int\.sno\.our\.pretty\.lab,192\.168\.21\.22$/m);
});

test('a name that would add a line or be empty is refused', () => {
  for (const domain of ['a\nserver=6.6.6.6', '', 'a/b']) {
    assert.throws(() => renderDnsmasq({ ...examplePlan, domain }, options), { code: 'bad_input' });
  }
});
