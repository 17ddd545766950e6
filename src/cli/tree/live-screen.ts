import type { WriteStream } from 'node:tty';
import { layOut, type Line } from './line.ts';

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
const CLEAR_TO_LINE_END = '\u001B[K';
const CLEAR_BELOW = '\u001B[J';

/** Owns the lines at the bottom of a terminal and writes them anew in place. */
export class LiveScreen {
  readonly #out: WriteStream;
  readonly #color: boolean;
  #height = 0;

  constructor(out: WriteStream) {
    this.#out = out;
    this.#color = out.hasColors();
    out.write(HIDE_CURSOR);
  }

  draw(lines: readonly Line[]): void {
    const texts = layOut(lines, { columns: this.#out.columns, rows: Math.max(1, this.#out.rows - 1), color: this.#color });
    const up = this.#height > 0 ? `\u001B[${this.#height}A` : '';
    this.#out.write(`\r${up}${texts.map((text) => `${text}${CLEAR_TO_LINE_END}\n`).join('')}${CLEAR_BELOW}`);
    this.#height = texts.length;
  }

  /** Leaves what was drawn last; later output goes below it. */
  [Symbol.dispose](): void {
    this.#out.write(SHOW_CURSOR);
  }
}
