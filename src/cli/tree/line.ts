import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export interface Segment {
  readonly text: string;
  readonly style?: Style | undefined;
}

export interface Line {
  readonly segments: readonly Segment[];
  /** When there are more lines than rows, those with the smallest number go first. */
  readonly keep: number;
}

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
}

/** Text that fits the screen: lines cut at its width, the least important ones left out at its height. */
export function layOut(lines: readonly Line[], { columns, rows, color }: Screen): string[] {
  const kept = [...lines];
  for (let keep = 0; kept.length > rows && keep <= 3; keep++) {
    for (let at = kept.length - 1; at >= 0 && kept.length > rows; at--) if (kept[at]!.keep === keep) kept.splice(at, 1);
  }
  return kept.map(({ segments }) => cut(segments, columns, color));
}

function cut(segments: readonly Segment[], columns: number, color: boolean): string {
  let left = columns;
  let result = '';
  for (const { text, style } of segments) {
    // Text from elsewhere may hold line breaks and control characters; none of them belongs in a line.
    const plain = Array.from(text.replaceAll(/\s+/g, (blank) => (blank.includes('\n') ? ' ' : blank)).replaceAll(/\p{Cc}/gu, ''));
    const shown = plain.length <= left ? plain.join('') : `${plain.slice(0, Math.max(0, left - 1)).join('')}…`;
    if (left > 0) result += color && style !== undefined ? styleText(style, shown, { validateStream: false }) : shown;
    left -= plain.length;
  }
  return result.trimEnd();
}
