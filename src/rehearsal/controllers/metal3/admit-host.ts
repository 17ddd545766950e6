import type { Admit, Denial } from '../../api/write/admission.ts';
import { DETACHED_ANNOTATION, type HostSpec, type HostStatus } from './host.ts';

const WEBHOOK = 'baremetalhost.metal3.io';
const DRIVERS = ['redfish', 'redfish-virtualmedia', 'redfish-uefihttp', 'idrac-redfish', 'idrac-virtualmedia', 'ilo5-virtualmedia', 'ipmi', 'libvirt'];
const NEEDS_MAC = /^(?:redfish|idrac|ilo5|libvirt)/;
const NO_SECURE_BOOT = /^(?:ipmi|libvirt)/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The admission webhook of BareMetalHosts: its rules and their words (recorded/metal3/admission). */
export const admitHost: Admit = async ({ operation, object, oldObject, resource, subresource }) => {
  if (resource.kind !== 'BareMetalHost' || operation === 'DELETE' || subresource !== '' || !object) return undefined;
  const host = readHost(object);
  const before = oldObject && readHost(oldObject);
  const message = (before && refusedChange(before, host)) ?? (before ? undefined : refusedName(host)) ?? refusedSpec(host);
  return message === undefined ? undefined : denial(message);
};

interface ReadHost {
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: HostSpec;
  readonly status: Partial<HostStatus>;
}

function readHost(object: Readonly<Record<string, unknown>>): ReadHost {
  const metadata = object['metadata'] as { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  return { name: metadata.name, annotations: metadata.annotations ?? {}, spec: object['spec'] ?? {}, status: object['status'] ?? {} };
}

function refusedName({ name }: ReadHost): string | undefined {
  return UUID.test(name) ? 'BareMetalHost resource name cannot be a UUID' : undefined;
}

function refusedChange(before: ReadHost, after: ReadHost): string | undefined {
  const state = before.status.provisioning?.state;
  const free = state === undefined || state === 'registering' || after.annotations[DETACHED_ANNOTATION] !== undefined;
  if (before.spec.bmc && before.spec.bmc.address !== after.spec.bmc?.address && !free)
    return 'BMC address can not be changed if the BMH is not in the Registering state, or if the BMH is not detached';
  if (before.spec.bootMACAddress && before.spec.bootMACAddress !== after.spec.bootMACAddress) return 'bootMACAddress can not be changed once it is set';
  if (before.spec.externallyProvisioned !== true && after.spec.externallyProvisioned === true && state !== 'available' && state !== undefined)
    return `externallyProvisioned can only be enabled when in Available state, currently in ${state}`;
  return undefined;
}

function refusedSpec({ spec, annotations }: ReadHost): string | undefined {
  const address = spec.bmc?.address ?? '';
  const scheme = /^([a-z0-9-]+(?:\+[a-z]+)?):/.exec(address)?.[1] ?? 'ipmi';
  const driver = scheme.split('+')[0]!;
  if (address !== '') {
    if (!DRIVERS.includes(driver)) return `Unknown BMC type '${scheme}' for address ${address}`;
    if (!spec.bootMACAddress && NEEDS_MAC.test(driver)) return `BMC driver ${scheme} requires a BootMACAddress value`;
    if (spec.bootMode === 'UEFISecureBoot' && NO_SECURE_BOOT.test(driver)) return `BMC driver ${scheme} does not support secure boot`;
  }
  return refusedHint(spec) ?? refusedAnnotation(annotations) ?? refusedImage(spec);
}

function refusedHint(spec: HostSpec): string | undefined {
  const device = spec.rootDeviceHints?.['deviceName'];
  if (typeof device !== 'string' || device === '') return undefined;
  if (!device.startsWith('/dev/')) return `device name of root device hint must be a /dev/ path, not "${device}"`;
  const nested = device.slice('/dev/'.length).includes('/');
  return nested && !device.startsWith('/dev/disk/by-path/')
    ? `device name of root device hint must be path in /dev/ or /dev/disk/by-path/, not "${device}"`
    : undefined;
}

function refusedAnnotation(annotations: Readonly<Record<string, string>>): string | undefined {
  const inspect = annotations['inspect.metal3.io'];
  if (inspect !== undefined && inspect !== '' && inspect !== 'disabled')
    return 'invalid value for the inspect.metal3.io annotation, allowed are "disabled" or ""';
  for (const [key, value] of Object.entries(annotations)) {
    if (!key.startsWith('reboot.metal3.io') || value === '') continue;
    const mode = readMode(value);
    if (mode !== undefined && mode !== '' && mode !== 'hard' && mode !== 'soft')
      return `invalid mode in the ${key} annotation, allowed are "hard", "soft" or ""`;
    if (mode === undefined) return `failed to unmarshal the data from the ${key} annotation, invalid character '${value[0]}' looking for beginning of value`;
  }
  return undefined;
}

function readMode(value: string): string | undefined {
  try {
    return (JSON.parse(value) as { readonly mode?: string }).mode ?? '';
  } catch {
    return undefined;
  }
}

/** url.ParseRequestURI of Go: an absolute URL, or a path from the root. */
function refusedImage({ image }: HostSpec): string | undefined {
  if (!image?.url || image.url.startsWith('/') || URL.canParse(image.url)) return undefined;
  return `image URL ${image.url} is invalid: parse "${image.url}": invalid URI for request`;
}

function denial(message: string): Denial {
  return { webhook: WEBHOOK, message, code: 403, reason: 'Forbidden' };
}
