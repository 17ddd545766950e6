import type { Element } from '@xmldom/xmldom';
import { XMLSerializer } from '@xmldom/xmldom';
import { find, parseXml } from '../changes/xml-drift.ts';
import type { BootTarget } from './bmc.ts';

/** A device that can be booted, in the order the firmware tries them. */
interface Bootable {
  readonly device: Element;
  readonly kind: BootTarget;
  readonly order: number;
}

/** A domain's XML in which `target` comes first and the others keep their order. */
export function withBootFirst(xml: string, target: BootTarget): string {
  const root = parseXml(xml);
  const devices = bootables(root);
  const first = devices.find((one) => one.kind === target);
  const sorted = first ? [first, ...devices.filter((one) => one !== first)] : devices;
  for (const [index, { device }] of sorted.entries()) find(device, 'boot')!.setAttribute('order', String(index + 1));
  return new XMLSerializer().serializeToString(root);
}

/**
 * QEMU monitor commands that put a running domain back into its planned order. The firmware reads the order at every reset
 * of the guest, so the order it was started with is spent by its first boot.
 *
 * Two devices may not have one index at any time: all move away first.
 */
export function restoreOrderCommands(liveXml: string, plannedXml: string): string[] {
  const live = bootables(parseXml(liveXml));
  const moves = bootables(parseXml(plannedXml)).map(({ kind, order }) => {
    const alias = live.find((one) => one.kind === kind);
    const name = alias && find(alias.device, 'alias')?.getAttribute('name');
    if (!name) throw new Error(`the running domain has no ${kind} to boot from`);
    return { name, order };
  });
  const set = (name: string, value: number): string =>
    JSON.stringify({ execute: 'qom-set', arguments: { path: `/machine/peripheral/${name}`, property: 'bootindex', value } });
  return [...moves.map(({ name, order }) => set(name, 1000 + order)), ...moves.map(({ name, order }) => set(name, order))];
}

function bootables(root: Element): Bootable[] {
  return [...root.getElementsByTagName('boot')]
    .flatMap((boot): Bootable[] => {
      const device = boot.parentNode as Element;
      const order = Number(boot.getAttribute('order'));
      return order > 0 ? [{ device, order, kind: kindOf(device) }] : [];
    })
    .toSorted((a, b) => a.order - b.order);
}

function kindOf(device: Element): BootTarget {
  if (device.tagName === 'interface') return 'Pxe';
  return device.getAttribute('device') === 'cdrom' ? 'Cd' : 'Hdd';
}
