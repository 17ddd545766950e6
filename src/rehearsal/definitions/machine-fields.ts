import { atLeast, flag, integer, list, object, text } from './schema.ts';
import type { Schema } from './schema.ts';

/** metal3's way to name a disk; ClusterInstance and BareMetalHost share it. */
export const rootDeviceHints: Schema = object({
  deviceName: text,
  hctl: text,
  model: text,
  vendor: text,
  serialNumber: text,
  minSizeGigabytes: atLeast(integer, 0),
  wwn: text,
  wwnWithExtension: text,
  wwnVendorExtension: text,
  rotational: flag,
});

/** What an inspection found; BareMetalHost.status.hardware and HardwareData.spec.hardware. */
export const hardware: Schema = object({
  hostname: text,
  ramMebibytes: integer,
  cpu: object({ arch: text, model: text, clockMegahertz: { type: 'number' }, count: integer, flags: list(text) }),
  firmware: object({ bios: object({ date: text, vendor: text, version: text }) }),
  systemVendor: object({ manufacturer: text, productName: text, serialNumber: text }),
  nics: list(
    object({
      name: text,
      mac: text,
      ip: text,
      model: text,
      pciAddress: text,
      speedGbps: integer,
      vlanId: integer,
      vlans: list(object({ id: integer, name: text })),
      pxe: flag,
      lldp: object({ portID: text, switchID: text, switchSystemName: text }),
    }),
  ),
  storage: list(
    object({
      name: text,
      alternateNames: list(text),
      model: text,
      vendor: text,
      serialNumber: text,
      sizeBytes: { ...integer, format: 'int64' },
      type: text,
      rotational: flag,
      hctl: text,
      wwn: text,
      wwnWithExtension: text,
      wwnVendorExtension: text,
    }),
  ),
});
