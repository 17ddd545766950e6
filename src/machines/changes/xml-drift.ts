import { DOMParser, type Element } from '@xmldom/xmldom';
import { THERE, type Difference } from './difference.ts';

/** Elements of which libvirt must have exactly those we planned; of any other it may add its own. */
const COUNTED: ReadonlySet<string> = new Set(['disk', 'interface', 'hostdev', 'filesystem']);
/** What says which one of several an element is. */
const NAMED_BY: Readonly<Record<string, (element: Element) => string>> = {
  disk: (element) => childAttribute(element, 'target', 'dev'),
  interface: (element) => childAttribute(element, 'mac', 'address'),
  controller: (element) => `${element.getAttribute('type')} ${element.getAttribute('index')}`,
};

export function parseXml(text: string): Element {
  const root = new DOMParser().parseFromString(text, 'text/xml').documentElement;
  if (!root) throw new Error('libvirt gave an empty document');
  return root;
}

/**
 * How libvirt's XML differs from ours.
 *
 * libvirt fills in defaults, so ours need only be covered: every element, attribute and text of it must be there. Disks
 * and NICs are counted too, so that one added by hand shows. `ignored` attributes may differ.
 */
export function xmlDrift(planned: Element, actual: Element, ignored: ReadonlySet<string> = new Set(), path = ''): Difference[] {
  const differences: Difference[] = [];
  const here = path === '' ? planned.tagName : path;
  for (const { name, value } of planned.attributes) {
    if (name.startsWith('xmlns') || ignored.has(name)) continue;
    if (name === 'unit' && (planned.tagName === 'memory' || planned.tagName === 'currentMemory')) continue;
    const found = actual.getAttribute(name);
    if (!sameValue(name, value, found)) differences.push({ field: `${here} ${name}`, wanted: value, found: found ?? undefined });
  }
  const children = elementsOf(planned);
  if (children.length === 0) {
    const [want, have] = [textOf(planned), textOf(actual)];
    if (want !== have && want !== '') differences.push({ field: here, wanted: want, found: have });
    return differences;
  }
  const unused = elementsOf(actual);
  for (const child of children) {
    const name = NAMED_BY[child.tagName]?.(child);
    const label = name === undefined ? child.tagName : `${child.tagName} ${name}`;
    const place = path === '' ? label : `${path} ${label}`;
    const candidates = unused.filter((one) => one.tagName === child.tagName && (name === undefined || NAMED_BY[one.tagName]?.(one) === name));
    const best = candidates
      .map((one) => ({ one, differences: xmlDrift(child, one, ignored, place) }))
      .toSorted((a, b) => a.differences.length - b.differences.length)[0];
    if (!best) {
      differences.push({ field: place, wanted: THERE, found: undefined });
      continue;
    }
    unused.splice(unused.indexOf(best.one), 1);
    differences.push(...best.differences);
  }
  for (const extra of unused) {
    if (COUNTED.has(extra.tagName)) differences.push({ field: `${extra.tagName} ${NAMED_BY[extra.tagName]?.(extra) ?? ''}`, wanted: undefined, found: THERE });
  }
  return differences;
}

function elementsOf(element: Element): Element[] {
  return [...element.childNodes].filter((node): node is Element => node.nodeType === node.ELEMENT_NODE);
}

/** The first element of that name below `element`. */
export function find(element: Element, name: string): Element | undefined {
  return element.getElementsByTagName(name)[0];
}

function childAttribute(element: Element, child: string, attribute: string): string {
  return find(element, child)?.getAttribute(attribute) ?? '';
}

/** libvirt turns the machine type `q35` into the newest version of it. */
function sameValue(attribute: string, planned: string, actual: string | null): boolean {
  return actual === planned || (attribute === 'machine' && actual !== null && actual.startsWith(`pc-${planned}-`));
}

const KIB: Readonly<Record<string, number>> = { KiB: 1, MiB: 1024, GiB: 1024 * 1024 };

function textOf(element: Element): string {
  const text = (element.textContent ?? '').trim();
  const unit = KIB[element.getAttribute('unit') ?? ''];
  return unit === undefined ? text : `${(Number(text) * unit) / 1024} MiB`;
}
