import { el, type XmlElement } from '../xml.ts';
import { PATTERNS, type ClusterMark } from './cluster-marks.ts';
import { PALE_INK } from './svg-text.ts';

export const BAND = 9;

/** What white lies over a colour, by the number of a mark's pattern. */
const STRIPES = [[], ['M0 2H8', 'M0 6H8'], ['M-2 6L6 -2', 'M2 10L10 2'], ['M2 0V8', 'M6 0V8']] as const;

/** The patterns that marks refer to. */
export function markPatterns(): XmlElement {
  const patterns = Array.from({ length: PATTERNS - 1 }, (_, index) =>
    el(
      'pattern',
      { id: `stripes${index + 1}`, width: 8, height: 8, patternUnits: 'userSpaceOnUse' },
      ...STRIPES[index + 1]!.map((d) => el('path', { d, stroke: 'white', 'stroke-width': 2 })),
    ),
  );
  return el('defs', {}, ...patterns);
}

export interface MarkedBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** undefined: of no cluster. */
  readonly mark: ClusterMark | undefined;
  /** Dashed and without its cluster's tint when no cluster holds it. */
  readonly held: boolean;
}

/** A box with its cluster's colour as a tint and as a band at its left. */
export function markedBox({ left, top, width, height, mark, held }: MarkedBox): XmlElement[] {
  const place = { x: left, y: top, width, height, rx: 3 };
  const band = { x: left, y: top, width: BAND, height, rx: 3 };
  const dashes: Readonly<Record<string, string>> = held ? {} : { 'stroke-dasharray': '4 3' };
  return [
    el('rect', { ...place, fill: 'white' }),
    ...(mark && held ? [el('rect', { ...place, fill: mark.colour, 'fill-opacity': 0.12 }), el('rect', { ...band, fill: mark.colour })] : []),
    ...(mark && held && mark.pattern > 0 ? [el('rect', { ...band, fill: `url(#stripes${mark.pattern})` })] : []),
    ...(mark && !held ? [el('rect', { ...band, fill: 'none', stroke: mark.colour, 'stroke-width': 1.5, ...dashes })] : []),
    el('rect', { ...place, fill: 'none', stroke: mark && held ? mark.colour : PALE_INK, ...dashes }),
  ];
}
