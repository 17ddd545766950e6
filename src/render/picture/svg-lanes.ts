import { el, type XmlElement } from '../xml.ts';
import type { Lane } from './lab-picture.ts';
import { text, textWidth } from './svg-text.ts';

/** A lane is its label and, at the bottom of its step, a thick line. */
export const LANE_STEP = 30;
/** Between the lines at the left that join the lanes of rows. */
export const TRUNK_STEP = 12;
const LANE_WIDTH = 6;
const LANE_COLOUR = '#8a9bab';
/** Of lanes and of the wires to them, in turn. */
const DASHES = [undefined, '8 4', '3 3', '14 3 3 3'];

/** One lane of several rows is one network: a line at the left joins them. */
export function trunks(lanes: readonly Lane[], margin: number, tops: readonly number[]): XmlElement[] {
  if (tops.length < 2) return [];
  return lanes.map((_, index) => {
    const x = margin + index * TRUNK_STEP + LANE_WIDTH / 2;
    return el('line', { x1: x, y1: laneMiddle(index, tops[0]!), x2: x, y2: laneMiddle(index, tops.at(-1)!), ...laneLine(index) });
  });
}

export function laneMiddle(index: number, top: number): number {
  return top + (index + 1) * LANE_STEP - LANE_WIDTH / 2;
}

function laneLine(index: number): Readonly<Record<string, string | number>> {
  const dashes = dashesOf(index);
  return { stroke: LANE_COLOUR, 'stroke-width': LANE_WIDTH, ...(dashes !== undefined && { 'stroke-dasharray': dashes }) };
}

export function dashesOf(index: number): string | undefined {
  return DASHES[index % DASHES.length];
}

export function laneBar(index: number, margin: number, top: number, right: number): XmlElement {
  const y = laneMiddle(index, top);
  return el('line', { x1: margin + index * TRUNK_STEP, y1: y, x2: right, y2: y, ...laneLine(index) });
}

/** At the right, over the wires of lanes above. */
export function laneLabel({ name, label }: Lane, index: number, top: number, right: number): XmlElement {
  const y = laneMiddle(index, top) - LANE_WIDTH / 2 - 16;
  const width = textWidth(`${name}  ${label}`);
  return el(
    'g',
    { class: 'network', 'data-name': name },
    el('rect', { x: right - width - 4, y, width: width + 4, height: 15, fill: 'white' }),
    text(right - width, y, name, { bold: true }),
    text(right - textWidth(label), y, label),
  );
}
