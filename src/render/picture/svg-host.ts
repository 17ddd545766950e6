import { el, type XmlElement } from '../xml.ts';
import type { ClusterMark } from './cluster-marks.ts';
import type { LabPicture, PictureHost } from './lab-picture.ts';
import type { PictureMachine } from './picture-machine.ts';
import { BAND, markedBox } from './svg-mark.ts';
import { INK, LINE, PADDING, PALE_INK, text, textWidth, widest } from './svg-text.ts';

const GAP = 6;
const NAME_SIZE = 14;
/** Between the wires of a host. */
const WIRE_STEP = 12;
/** A server with more VMs has more columns of them. */
const MACHINES_PER_COLUMN = 8;

/** How wide boxes are: the same for all, so that they stand in columns. */
export interface HostStyle {
  readonly machineWidth: number;
  readonly headWidth: number;
  readonly marks: ReadonlyMap<string, ClusterMark>;
}

export function hostStyle({ hosts, jumphost }: LabPicture, marks: ReadonlyMap<string, ClusterMark>): HostStyle {
  const machines = hosts.flatMap((host) => host.machines);
  return {
    machineWidth: machines.reduce((width, { node, lines }) => Math.max(width, widest([node, ...lines])), 0) + BAND + 2 * PADDING,
    headWidth: [jumphost, ...hosts].reduce((width, host) => Math.max(width, headWidth(host)), 0),
    marks,
  };
}

function headWidth(host: PictureHost): number {
  const names = textWidth(host.name, NAME_SIZE) + (isNamedSo(host) ? 0 : textWidth(`  ${host.kind}`));
  const wires = host.attachments.length * WIRE_STEP;
  return Math.max(wires + names, wires + widest(attachmentLines(host)), widest(host.lines)) + 2 * PADDING;
}

function isNamedSo({ name, kind }: PictureHost): boolean {
  return name === kind;
}

function attachmentLines({ attachments }: PictureHost): string[] {
  return attachments.map(({ lane, nic, addresses }) => [lane, nic, ...addresses].join(' '));
}

export function hostSize(host: PictureHost, { machineWidth, headWidth: head }: HostStyle): { readonly width: number; readonly height: number } {
  const columns = columnsOf(host);
  const inner = Math.max(1, columns.length) * (machineWidth + GAP) - GAP;
  const tallest = columns.reduce(
    (most, column) =>
      Math.max(
        most,
        column.reduce((sum, machine) => sum + machineHeight(machine) + GAP, 0),
      ),
    0,
  );
  return { width: Math.max(head, inner + 2 * PADDING), height: headHeight(host) + tallest + (tallest > 0 ? PADDING - GAP : 0) };
}

function headHeight({ attachments, lines }: PictureHost): number {
  return PADDING + NAME_SIZE + 6 + (attachments.length + lines.length) * LINE + 4;
}

function columnsOf({ machines }: PictureHost): (readonly PictureMachine[])[] {
  const count = Math.ceil(machines.length / MACHINES_PER_COLUMN);
  const each = Math.ceil(machines.length / Math.max(1, count));
  return Array.from({ length: count }, (_, column) => machines.slice(column * each, (column + 1) * each));
}

function machineHeight({ lines }: PictureMachine): number {
  return (lines.length + 1) * LINE + PADDING;
}

/** Where the wire of its attachment with that number ends, inside its box: at the top, of the jumphost, which stands above the lanes, at the bottom. */
export function socketOf(host: PictureHost, left: number, top: number, index: number): { readonly x: number; readonly y: number } {
  return { x: left + PADDING + 4 + index * WIRE_STEP, y: attachmentsTop(host, top) + index * LINE + 7 };
}

function attachmentsTop(host: PictureHost, top: number): number {
  return linesTop(top) + (host.kind === 'jumphost' ? host.lines.length * LINE : 0);
}

/** Of what is below a host’s name. */
function linesTop(top: number): number {
  return top + PADDING + NAME_SIZE + 6;
}

/** A host's box without its wires, whose ends it names. */
export function hostBox(host: PictureHost, left: number, top: number, style: HostStyle): XmlElement {
  const { width, height } = hostSize(host, style);
  const metal = host.kind === 'bare metal';
  const wires = host.attachments.length * WIRE_STEP;
  const jumphost = host.kind === 'jumphost';
  const facts = linesTop(top) + (jumphost ? 0 : host.attachments.length * LINE);
  const machineColumns = columnsOf(host);
  const each = (width - 2 * PADDING + GAP) / machineColumns.length - GAP;
  const columns = machineColumns.flatMap((column, index) => {
    let next = top + headHeight(host);
    return column.map((machine) => {
      const box = machineBox(machine, left + PADDING + index * (each + GAP), next, each, style);
      next += machineHeight(machine) + GAP;
      return box;
    });
  });
  return el(
    'g',
    { class: 'host', 'data-name': host.name },
    el('rect', { x: left, y: top, width, height, rx: 5, fill: metal ? '#eceff1' : '#fbfcfd', stroke: INK, 'stroke-width': metal ? 2.5 : 1 }),
    text(left + PADDING + (jumphost ? 0 : wires), top + PADDING, host.name, { size: NAME_SIZE, bold: true }),
    ...(isNamedSo(host) ? [] : [text(left + width - PADDING, top + PADDING + 3, host.kind, { pale: true, anchor: 'end' })]),
    ...attachmentLines(host).map((line, index) => text(left + PADDING + wires, attachmentsTop(host, top) + index * LINE, line)),
    ...host.lines.map((line, index) => text(left + PADDING, facts + index * LINE, line, { pale: true })),
    ...columns,
  );
}

function machineBox(machine: PictureMachine, left: number, top: number, width: number, { marks }: HostStyle): XmlElement {
  const { name, node, cluster, held, lines } = machine;
  const mark = cluster === undefined ? undefined : marks.get(cluster);
  const x = left + BAND + PADDING - 2;
  return el(
    'g',
    { class: 'machine', 'data-name': name },
    ...markedBox({ left, top, width, height: machineHeight(machine), mark, held }),
    text(x, top + 4, node, held ? { bold: true } : { pale: true }),
    ...lines.map((line, index) => text(x, top + 4 + (index + 1) * LINE, line, held ? {} : { pale: true })),
  );
}

/** A wire from a lane to a socket; its dashes are the lane’s. */
export function wire(x: number, from: number, to: number, dashes: string | undefined): XmlElement[] {
  return [
    el('line', { x1: x, y1: from, x2: x, y2: to, stroke: PALE_INK, 'stroke-width': 2, ...(dashes !== undefined && { 'stroke-dasharray': dashes }) }),
    el('circle', { cx: x, cy: from, r: 4, fill: INK }),
    el('circle', { cx: x, cy: to, r: 3, fill: INK }),
  ];
}
