import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOMParser } from '@xmldom/xmldom';
import { examplePlan } from './example-plan.test-data.ts';
import { renderLibvirtDomain } from './libvirt-domain.ts';
import { renderLibvirtNetwork } from './libvirt-network.ts';
import { el, xmlText } from './xml.ts';

const options = { imagesDir: '/i', consolesDir: '/c', logsDir: '/l', spec: 'sha256:1', generation: 3 };

function parse(text: string): ReturnType<DOMParser['parseFromString']> {
  return new DOMParser().parseFromString(text, 'text/xml');
}

test('a hostile name comes back from a parser as it went in, and a control character is refused', () => {
  const hostile = `a"/><b c='&lt;'>\n]]>`;
  const root = parse(xmlText(el('r', { name: hostile }, hostile))).documentElement;
  assert.equal(root?.getAttribute('name'), hostile);
  assert.equal(root?.textContent, hostile);
  assert.throws(() => xmlText(el('r', {}, '\u0000')), { code: 'bad_input' });
});

test('a domain has one boot order per device, a serial, no wwn and an empty CD in unit 7', () => {
  const xml = parse(renderLibvirtDomain(examplePlan, { ...options, machine: 'c1-master-0' }));
  const orders = [...xml.getElementsByTagName('boot')].map((boot) => boot.getAttribute('order'));
  assert.deepEqual(orders, ['1', '2', '3']);
  assert.equal(xml.getElementsByTagName('wwn').length, 0);
  const cd = [...xml.getElementsByTagName('disk')].find((disk) => disk.getAttribute('device') === 'cdrom');
  assert.equal(cd?.getElementsByTagName('source').length, 0);
  assert.equal(cd?.getElementsByTagName('address')[0]?.getAttribute('unit'), '7');
  assert.equal(xml.documentElement?.getAttribute('type'), 'kvm');
});

test('without KVM the domain is of type qemu and names no CPU; direct boot keeps its command line', () => {
  const xml = parse(renderLibvirtDomain({ ...examplePlan, accel: 'tcg' }, { ...options, machine: 'c1-master-2' }));
  assert.equal(xml.documentElement?.getAttribute('type'), 'qemu');
  assert.equal(xml.getElementsByTagName('cpu').length, 0);
  assert.equal(xml.getElementsByTagName('os')[0]?.hasAttribute('firmware'), false);
  assert.equal(xml.getElementsByTagName('cmdline')[0]?.textContent, 'console=ttyS0 a="b&c"');
});

test('a network keeps its UUID from one rendering to the next', () => {
  const text = renderLibvirtNetwork(examplePlan, { network: 'flat' });
  assert.equal(text, renderLibvirtNetwork(examplePlan, { network: 'flat' }));
  assert.match(text, /<uuid>[0-9a-f]{8}-[0-9a-f]{4}-5/);
});
