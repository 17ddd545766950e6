import { el, type XmlElement } from '../xml.ts';

/** Of one line of text, in pixels. */
export const LINE = 15;
export const PADDING = 8;
export const INK = '#1c2733';
export const PALE_INK = '#5b6b7b';

const FONT_SIZE = 11;
/** A character is 0.602 of its size wide in DejaVu Sans Mono and Menlo, the widest of the usual fonts. */
const CHARACTER = 0.602;

export const FONT = { 'font-family': "'DejaVu Sans Mono', Menlo, Consolas, monospace", 'font-size': FONT_SIZE };

export interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly pale?: boolean;
  /** Where `x` is in the text. */
  readonly anchor?: 'start' | 'end';
}

/** @param y of the line's top. */
export function text(x: number, y: number, content: string, { size = FONT_SIZE, bold, pale, anchor }: TextStyle = {}): XmlElement {
  return el(
    'text',
    {
      x,
      y: y + size,
      fill: pale ? PALE_INK : INK,
      ...(size !== FONT_SIZE && { 'font-size': size }),
      ...(bold && { 'font-weight': 'bold' }),
      ...(anchor === 'end' && { 'text-anchor': 'end' }),
    },
    content,
  );
}

/** In pixels, rounded up. */
export function textWidth(content: string, size = FONT_SIZE): number {
  return Math.ceil(content.length * CHARACTER * size);
}

export function widest(lines: readonly string[]): number {
  return lines.reduce((width, line) => Math.max(width, textWidth(line)), 0);
}
