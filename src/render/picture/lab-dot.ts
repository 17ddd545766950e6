import type { LabPlan } from '../../lab/plan.ts';
import { el, xmlText, type XmlElement } from '../xml.ts';
import { clusterMarks, type ClusterMark } from './cluster-marks.ts';
import { labPicture, type LabPicture, type PictureCluster, type PictureHost } from './lab-picture.ts';
import type { PictureMachine } from './picture-machine.ts';

const HOSTS_PER_ROW = 5;
const PALE = '#5b6b7b';

/** A Graphviz document of the same picture: each host a table of its addresses and VMs with an edge to each of its networks, and a table of the clusters. */
export function renderLabDot(plan: LabPlan): string {
  const picture = labPicture(plan);
  const { title, summary, note, lanes, jumphost, hosts, clusters } = picture;
  const marks = clusterMarks(clusters);
  const caption = [title, summary, ...(note === undefined ? [] : [note])].join('\n');
  const font = 'fontname="DejaVu Sans Mono", fontsize=10';
  return `${[
    `graph ${id(title)} {`,
    `  label=${id(caption)}; labelloc=t; ranksep=0.7; ordering=out; ${font.replace(',', ';')};`,
    `  node [shape=plain, ${font}]; edge [color="${PALE}", penwidth=2, ${font}];`,
    ...lanes.map(
      ({ name, label }) => `  ${lane(name)} [shape=box, style=filled, fillcolor="#dfe6ec", color="${PALE}", width=6, label=${id(`${name}\n${label}`)}];`,
    ),
    ...[jumphost, ...hosts].map((host) => `  ${node(host)} [label=<${oneRowPerLine(hostTable(host, marks))}>];`),
    `  "clusters" [label=<${oneRowPerLine(clusterTable(clusters, marks))}>];`,
    ...edges(picture),
    '}',
  ].join('\n')}\n`;
}

/** The jumphost above the networks, the hosts below them in rows, and the clusters beside the jumphost. */
function edges({ lanes, jumphost, hosts }: LabPicture): string[] {
  return [
    ...jumphost.attachments.map((one) => `  ${node(jumphost)}:s -- ${lane(one.lane)}:n;`),
    ...hosts.flatMap((host) => host.attachments.map((one) => `  ${lane(one.lane)}:s -- ${node(host)}:n;`)),
    ...(lanes[0] ? [`  "clusters" -- ${lane(lanes[0].name)} [style=invis];`, `  { rank=same; ${node(jumphost)}; "clusters"; }`] : []),
    ...hosts.flatMap((host, index) => {
      const below = hosts[index + HOSTS_PER_ROW];
      return below ? [`  ${node(host)} -- ${node(below)} [style=invis];`] : [];
    }),
  ];
}

function hostTable(host: PictureHost, marks: ReadonlyMap<string, ClusterMark>): XmlElement {
  const { name, kind, lines, machines, attachments } = host;
  const metal = kind === 'bare metal';
  return table(
    { BORDER: metal ? 3 : 1, CELLBORDER: 0, CELLSPACING: 4, BGCOLOR: metal ? '#eceff1' : '#fbfcfd', STYLE: 'rounded' },
    cell({}, [name, ...(name === kind ? [] : [kind]), ...attachments.map((one) => [one.lane, one.nic, ...one.addresses].join(' ')), ...lines]),
    ...machines.map((machine) => machineCell(machine, marks)),
  );
}

function machineCell({ node: now, cluster, held, lines }: PictureMachine, marks: ReadonlyMap<string, ClusterMark>): XmlElement {
  return cell(clusterStyle(cluster === undefined ? undefined : marks.get(cluster), held), [now, ...lines]);
}

function clusterTable(clusters: readonly PictureCluster[], marks: ReadonlyMap<string, ClusterMark>): XmlElement {
  const cards = clusters.map(({ name, active, lines }) => cell(clusterStyle(marks.get(name), active), [name, ...lines]));
  const rows = Array.from({ length: Math.ceil(cards.length / HOSTS_PER_ROW) }, (_, row) =>
    el('TR', {}, ...cards.slice(row * HOSTS_PER_ROW, (row + 1) * HOSTS_PER_ROW)),
  );
  // Graphviz takes no table without a row.
  return el('TABLE', { BORDER: 0, CELLBORDER: 1, CELLSPACING: 6 }, ...(rows.length > 0 ? rows : [el('TR', {}, cell({ BORDER: 0 }, ['no clusters']))]));
}

type Attributes = Readonly<Record<string, string | number>>;

/** A frame in the cluster's colour; dashed when no cluster holds it. Graphviz has no stripes: names tell clusters of one colour apart. */
function clusterStyle(mark: ClusterMark | undefined, held: boolean): Attributes {
  const colour = mark?.colour ?? PALE;
  return held ? { BORDER: 2, COLOR: colour, BGCOLOR: `${colour}20` } : { BORDER: 1, COLOR: colour, STYLE: 'dashed' };
}

function table(attributes: Attributes, ...cells: readonly XmlElement[]): XmlElement {
  return el('TABLE', attributes, ...cells.map((one) => el('TR', {}, one)));
}

/** The first line is what the cell is about. Each text has an element of its own, so that no space is drawn beside it. */
function cell(attributes: Attributes, [first = '', ...lines]: readonly string[]): XmlElement {
  const end = { ALIGN: 'LEFT' };
  const content = [el('B', {}, first), el('BR', end), ...lines.flatMap((line) => [el('FONT', {}, line), el('BR', end)])];
  return el('TD', { ...attributes, ALIGN: 'LEFT', BALIGN: 'LEFT', CELLPADDING: 5 }, ...content);
}

/** Graphviz draws the spaces between elements, so there are none but before rows. */
function oneRowPerLine(element: XmlElement): string {
  return xmlText(element).replaceAll(/\n */g, '').replaceAll('<TR>', '\n    <TR>');
}

function node({ name }: PictureHost): string {
  return id(`host ${name}`);
}

function lane(name: string): string {
  return id(`network ${name}`);
}

/** A quoted ID of the DOT language; `\n` breaks a label's line. */
function id(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
