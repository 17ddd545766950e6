import type { LabPlan } from '../../lab/plan.ts';
import { el, xmlText, type XmlElement } from '../xml.ts';
import { clusterMarks } from './cluster-marks.ts';
import { labPicture, type Lane, type LabPicture, type PictureHost } from './lab-picture.ts';
import { hostBox, hostSize, hostStyle, socketOf, wire, type HostStyle } from './svg-host.ts';
import { dashesOf, LANE_STEP, laneBar, laneLabel, laneMiddle, TRUNK_STEP, trunks } from './svg-lanes.ts';
import { legend, legendCardWidth } from './svg-legend.ts';
import { markPatterns } from './svg-mark.ts';
import { FONT, text, textWidth } from './svg-text.ts';

const [MARGIN, GAP, TITLE_SIZE] = [24, 18, 20];
/** Of a sheet of paper that lies. */
const SHEET = Math.SQRT2;
const MOST_ROWS = 30;

interface Page {
  readonly picture: LabPicture;
  readonly style: HostStyle;
  /** Left of the hosts; the lanes' trunks are before it. */
  readonly left: number;
}

/**
 * An SVG 1.1 document: the jumphost and the clusters above, each network a lane that all its hosts are wired to, VMs inside their servers.
 *
 * Hosts stand in as many rows as bring the picture nearest to the shape of a sheet of paper; the lanes go on above each row.
 */
export function renderLabSvg(plan: LabPlan): string {
  const picture = labPicture(plan);
  const style = hostStyle(picture, clusterMarks(picture.clusters));
  const page: Page = { picture, style, left: MARGIN + picture.lanes.length * TRUNK_STEP };
  const hosts = Math.max(1, picture.hosts.length);
  // Rows of the same length; a lab of a thousand servers is no picture for paper, whatever its rows.
  const lengths = Array.from({ length: Math.min(MOST_ROWS, hosts) }, (_, index) => Math.ceil(hosts / (index + 1)));
  const misfit = (perRow: number): number => {
    const { width, height } = pageSize(page, perRow);
    return Math.abs(Math.log(width / height / SHEET));
  };
  return draw(
    page,
    lengths.reduce((best, perRow) => (misfit(perRow) < misfit(best) ? perRow : best)),
  );
}

interface PageSize {
  readonly width: number;
  readonly height: number;
  readonly rows: readonly (readonly PictureHost[])[];
  /** Of the first bundle of lanes. */
  readonly lanesTop: number;
  readonly legendAt: { readonly left: number; readonly top: number; readonly width: number };
}

function pageSize({ picture, style, left }: Page, perRow: number): PageSize {
  const { hosts, jumphost, lanes, clusters, title, summary, note } = picture;
  const rows = Array.from({ length: Math.max(1, Math.ceil(hosts.length / perRow)) }, (_, row) => hosts.slice(row * perRow, (row + 1) * perRow));
  const rowWidth = (row: readonly PictureHost[]): number => row.reduce((sum, host) => sum + hostSize(host, style).width + GAP, -GAP);
  const head = hostSize(jumphost, style);
  const labels = lanes.map(({ name, label }) => textWidth(`${name}  ${label}`));
  const inner = Math.max(
    ...rows.map(rowWidth),
    head.width,
    textWidth(title, TITLE_SIZE),
    textWidth(summary),
    textWidth(note ?? ''),
    ...labels,
    legendCardWidth(clusters),
  );
  const top = MARGIN + TITLE_SIZE + 2 * GAP;
  const beside = { left: left + head.width + GAP, top, width: inner - head.width - GAP };
  const isBeside = beside.width >= legendCardWidth(clusters);
  const besideHeight = isBeside ? legend(clusters, style.marks, beside).height : 0;
  const lanesTop = top + Math.max(head.height, besideHeight) + GAP;
  const rowsBottom = rows.reduce((sum, row) => sum + rowHeight(row, lanes, style), lanesTop);
  const below = { left, top: rowsBottom, width: inner };
  const bottom = isBeside ? rowsBottom : rowsBottom + legend(clusters, style.marks, below).height;
  const noteHeight = note === undefined ? 0 : GAP;
  return { width: left + inner + MARGIN, height: bottom + noteHeight + MARGIN - GAP, rows, lanesTop, legendAt: isBeside ? beside : below };
}

function rowHeight(row: readonly PictureHost[], lanes: readonly Lane[], style: HostStyle): number {
  return lanes.length * LANE_STEP + GAP + Math.max(0, ...row.map((host) => hostSize(host, style).height)) + GAP;
}

function draw(page: Page, perRow: number): string {
  const { picture, style, left } = page;
  const { width, height, rows, lanesTop, legendAt } = pageSize(page, perRow);
  const tops = rows.map((_, index) => rows.slice(0, index).reduce((sum, row) => sum + rowHeight(row, picture.lanes, style), lanesTop));
  const head = MARGIN + TITLE_SIZE + 2 * GAP;
  return xmlText(
    el(
      'svg',
      { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', ...FONT },
      el('title', {}, picture.title),
      markPatterns(),
      el('rect', { width, height, fill: 'white' }),
      text(left, MARGIN, picture.title, { size: TITLE_SIZE, bold: true }),
      text(left, MARGIN + TITLE_SIZE + 8, picture.summary, { pale: true }),
      ...trunks(picture.lanes, MARGIN, tops),
      ...tops.flatMap((top) => picture.lanes.map((_, index) => laneBar(index, MARGIN, top, width - MARGIN))),
      hostBox(picture.jumphost, left, head, style),
      ...wires(page, picture.jumphost, left, head, tops[0]!),
      ...rows.flatMap((row, index) => rowOf(page, row, tops[index]!)),
      ...tops.flatMap((top) => picture.lanes.map((lane, index) => laneLabel(lane, index, top, width - MARGIN))),
      ...legend(picture.clusters, style.marks, legendAt).drawn,
      ...(picture.note === undefined ? [] : [text(left, height - MARGIN - 11, picture.note, { pale: true })]),
    ),
  );
}

function rowOf(page: Page, row: readonly PictureHost[], lanesTop: number): XmlElement[] {
  const top = lanesTop + page.picture.lanes.length * LANE_STEP + GAP;
  let left = page.left;
  return row.flatMap((host) => {
    const at = left;
    left += hostSize(host, page.style).width + GAP;
    return [hostBox(host, at, top, page.style), ...wires(page, host, at, top, lanesTop)];
  });
}

function wires({ picture: { lanes } }: Page, host: PictureHost, left: number, top: number, lanesTop: number): XmlElement[] {
  return host.attachments.flatMap(({ lane }, number) => {
    const index = lanes.findIndex(({ name }) => name === lane);
    const { x, y } = socketOf(host, left, top, number);
    return wire(x, laneMiddle(index, lanesTop), y, dashesOf(index));
  });
}
