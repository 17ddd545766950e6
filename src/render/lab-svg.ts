import type { LabPlan } from '../lab/plan.ts';
import { labPicture, type Lane, type PictureHost, type PictureMachine } from './lab-picture.ts';
import { el, xmlText, type XmlElement } from './xml.ts';

const [MARGIN, GAP, HOST_WIDTH, LANE_HEIGHT, LINE, PADDING] = [20, 20, 250, 26, 15, 8];
const HOSTS_PER_ROW = 5;
const FREE = '#eeeeee';
const HELD = '#d6ecd2';

/** An SVG 1.1 document: each network as lanes, its hosts hanging from them, machines inside with address and cluster. */
export function renderLabSvg(plan: LabPlan): string {
  const { title, lanes } = labPicture(plan);
  const widest = Math.max(1, ...lanes.map(({ hosts }) => Math.min(HOSTS_PER_ROW, hosts.length)));
  const width = 2 * MARGIN + widest * (HOST_WIDTH + GAP) - GAP;
  const drawn: XmlElement[] = [];
  let top = MARGIN + 2 * LINE;
  for (const lane of lanes) {
    for (const row of rowsOf(lane.hosts)) {
      drawn.push(laneRow(lane, row, top, width - 2 * MARGIN));
      top += LANE_HEIGHT + GAP + Math.max(0, ...row.map(heightOf)) + GAP;
    }
  }
  const size = { width, height: top, viewBox: `0 0 ${width} ${top}` };
  return xmlText(
    el(
      'svg',
      { xmlns: 'http://www.w3.org/2000/svg', ...size, 'font-family': 'monospace', 'font-size': 11 },
      el('title', {}, title),
      el('rect', { width: '100%', height: '100%', fill: 'white' }),
      text(MARGIN, MARGIN + LINE, title, { 'font-size': 15, 'font-weight': 'bold' }),
      ...drawn,
    ),
  );
}

/** A lane goes on below itself when it has many hosts; one without hosts is drawn nevertheless. */
function rowsOf(hosts: readonly PictureHost[]): (readonly PictureHost[])[] {
  const count = Math.max(1, Math.ceil(hosts.length / HOSTS_PER_ROW));
  return Array.from({ length: count }, (_, row) => hosts.slice(row * HOSTS_PER_ROW, (row + 1) * HOSTS_PER_ROW));
}

function laneRow({ name, label }: Lane, hosts: readonly PictureHost[], top: number, width: number): XmlElement {
  return el(
    'g',
    { class: 'network', 'data-name': name },
    el('rect', { x: MARGIN, y: top, width, height: LANE_HEIGHT, rx: 4, fill: '#cfe2f3', stroke: '#3d6fa5' }),
    text(MARGIN + PADDING, top + 17, label, { 'font-weight': 'bold' }),
    ...hosts.map((host, index) => hostBox(host, MARGIN + index * (HOST_WIDTH + GAP), top + LANE_HEIGHT)),
  );
}

function hostBox(host: PictureHost, left: number, laneBottom: number): XmlElement {
  const top = laneBottom + GAP;
  const middle = left + HOST_WIDTH / 2;
  let next = top + 2 * PADDING + 2 * LINE;
  const machines = host.machines.map((machine) => {
    const box = machineBox(machine, left + PADDING, next);
    next += machineHeight(machine) + PADDING;
    return box;
  });
  return el(
    'g',
    { class: 'host', 'data-name': host.name },
    el('line', { x1: middle, y1: laneBottom, x2: middle, y2: top, stroke: '#3d6fa5', 'stroke-width': 2 }),
    el('rect', { x: left, y: top, width: HOST_WIDTH, height: heightOf(host), rx: 4, fill: 'white', stroke: '#444444' }),
    text(left + PADDING, top + PADDING + 11, host.name, { 'font-weight': 'bold' }),
    text(left + PADDING, top + PADDING + 11 + LINE, host.addresses.join(' ')),
    ...machines,
  );
}

function machineBox(machine: PictureMachine, left: number, top: number): XmlElement {
  const lines = linesOf(machine);
  return el(
    'g',
    { class: 'machine', 'data-name': machine.name },
    el('rect', {
      x: left,
      y: top,
      width: HOST_WIDTH - 2 * PADDING,
      height: machineHeight(machine),
      rx: 3,
      fill: machine.node === undefined ? FREE : HELD,
      stroke: '#888888',
    }),
    ...lines.map((line, index) => text(left + PADDING, top + PADDING + 9 + index * LINE, line)),
  );
}

function linesOf({ name, addresses, node }: PictureMachine): string[] {
  return [name, ...addresses, node ?? 'held by no cluster'];
}

function machineHeight(machine: PictureMachine): number {
  return linesOf(machine).length * LINE + PADDING;
}

function heightOf({ machines }: PictureHost): number {
  return 2 * PADDING + 2 * LINE + machines.reduce((sum, machine) => sum + machineHeight(machine) + PADDING, 0);
}

function text(x: number, y: number, content: string, more: Readonly<Record<string, string | number>> = {}): XmlElement {
  return el('text', { x, y, ...more }, content);
}
