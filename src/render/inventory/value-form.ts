import { isVaulted } from '../../lab/ansible-inventory/read-yaml.ts';
import { hasJinja } from '../../lab/ansible-inventory/jinja.ts';
import { scalarText } from '../../lab/ansible-inventory/scalar-text.ts';
import { isAligned, parseBlock, parseIp } from '../../lab/ip.ts';
import { isRecord } from '../../util/is-record.ts';
import type { Form } from './agent-variable.ts';

/** What roothint_list of the role installer accepts. */
const HINTS = ['deviceName', 'hctl', 'model', 'vendor', 'serialNumber', 'minSizeGigabytes', 'wwn', 'wwnWithExtension', 'wwnVendorExtension', 'rotational'];
const VENDORS = ['kvm', 'dell', 'hpe', 'lenovo', 'supermicro', 'zt', 'pxe'];

/** What is wrong with a value for its form; undefined when nothing is. Values that only Ansible can evaluate pass. */
export function wrongForm(value: unknown, form: Form): string | undefined {
  if (isVaulted(value) || (typeof value === 'string' && hasJinja(value))) return undefined;
  if (value === null || value === '') return 'empty';
  if (typeof value === 'string' && /<[^<>]+>/.test(value)) return 'still the placeholder of a sample';
  const text = scalarText(value) ?? '';
  switch (form) {
    case 'text':
      return typeof value === 'object' ? 'no text' : undefined;
    case 'boolean':
      return /^(true|false|yes|no|on|off|0|1)$/i.test(text) ? undefined : 'neither true nor false';
    case 'number':
      return /^\d+$/.test(text) ? undefined : 'no number';
    case 'ip':
      return parseIp(text) ? undefined : 'no IP address';
    case 'cidr': {
      const block = parseBlock(text);
      return block && isAligned(block) ? undefined : 'no network as 192.168.21.0/24';
    }
    case 'mac':
      return /^[\da-f]{2}(:[\da-f]{2}){5}$/i.test(text) ? undefined : 'no MAC address in quotes';
    case 'uuid':
      return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text) ? undefined : 'no UUID';
    case 'url':
      return URL.canParse(text) && /^https?:/.test(text) ? undefined : 'no http or https URL';
    case 'list':
      return Array.isArray(value) ? undefined : 'no list';
    case 'map':
      return isRecord(value) ? undefined : 'no map';
    case 'hint':
      return HINTS.includes(text) ? undefined : `none of ${HINTS.join(', ')}`;
    case 'vendor':
      return VENDORS.includes(text.toLowerCase()) ? undefined : 'none of KVM, Dell, HPE, Lenovo, SuperMicro, ZT, PXE';
    case 'role':
      return /^(master|worker|arbiter)$/.test(text) ? undefined : 'none of master, worker, arbiter';
  }
  return form satisfies never;
}
