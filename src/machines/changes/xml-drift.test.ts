import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceText } from './difference.ts';
import { parseXml, xmlDrift } from './xml-drift.ts';

const PLANNED = `<domain><name>m</name><memory unit="MiB">128</memory><os><type machine="q35">hvm</type></os><devices>
  <disk device="disk"><source file="/i/m.qcow2"/><target dev="sda"/></disk>
  <interface><mac address="52:54:00:00:01:04"/><source network="n"/></interface>
</devices></domain>`;
/** As libvirt gives it back: another unit, a version of the machine type, defaults of its own. */
const FOUND = `<domain><name>m</name><memory unit="KiB">131072</memory><currentMemory unit="KiB">131072</currentMemory>
<os><type arch="x86_64" machine="pc-q35-7.2">hvm</type></os><devices><emulator>/usr/bin/qemu</emulator>
  <disk device="disk" type="file"><source file="/i/m.qcow2" index="1"/><target dev="sda" bus="scsi"/><alias name="a"/></disk>
  <interface><mac address="52:54:00:00:01:04"/><source network="n"/><model type="virtio"/></interface>
</devices></domain>`;

function drift(found: string): string[] {
  return xmlDrift(parseXml(PLANNED), parseXml(found)).map(differenceText);
}

test('what libvirt fills in is no difference', () => {
  assert.deepEqual(drift(FOUND), []);
});

test('a changed value is named with both values', () => {
  assert.deepEqual(drift(FOUND.replace('<memory unit="KiB">131072', '<memory unit="KiB">262144')), ['memory is 256 MiB, planned 128 MiB']);
  assert.deepEqual(drift(FOUND.replace('network="n"', 'network="default"')), ['devices interface 52:54:00:00:01:04 source network is default, planned n']);
  assert.deepEqual(drift(FOUND.replace('pc-q35-7.2', 'pc-i440fx-7.2')), ['os type machine is pc-i440fx-7.2, planned q35']);
});

test('a NIC that is gone and a disk that was added are both seen', () => {
  const replaced = FOUND.replace(/<interface>.*<\/interface>/, '<disk device="disk"><source file="/x"/><target dev="sdb"/></disk>');
  assert.deepEqual(drift(replaced), ['devices interface 52:54:00:00:01:04 is missing', 'disk sdb is not planned']);
});
