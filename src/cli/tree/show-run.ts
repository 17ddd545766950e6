import type { WriteStream } from 'node:tty';
import type { RunUpdate } from '../../client/follow-run.ts';
import type { Run } from '../../contract/runs.ts';
import { LiveScreen } from './live-screen.ts';
import { createPlainLines } from './plain-lines.ts';
import { renderRun } from './render-run.ts';

const FRAME_MS = 100;

export interface ShowOptions {
  /** The run as it was when it was created. */
  readonly run: Run;
  readonly updates: AsyncIterable<RunUpdate>;
  readonly out: WriteStream;
  /** `silent` only waits. */
  readonly mode: 'tree' | 'lines' | 'silent';
  /** The rehearsal's time now; undefined on a real lab. */
  readonly simulatedNowMs: (() => number) | undefined;
  readonly url: string;
}

export interface ShownRun {
  readonly run: Run;
  readonly simulatedMs: number | undefined;
  readonly realMs: number;
}

/** Follows a run to its end: as a live tree in a terminal, else as lines. */
export async function showRun(options: ShowOptions): Promise<ShownRun> {
  const startedMs = performance.now();
  const lines = createPlainLines(options.run);
  const screen = options.mode === 'tree' ? new LiveScreen(options.out) : undefined;
  let { run } = options;
  let firstMs: number | undefined;
  const shown = (): ShownRun => ({
    run,
    simulatedMs: options.simulatedNowMs && (firstMs === undefined ? 0 : options.simulatedNowMs() - firstMs),
    realMs: performance.now() - startedMs,
  });
  const draw = (): void => screen?.draw(renderRun({ ...shown(), url: options.url, frame: Math.floor(performance.now() / FRAME_MS) }));
  const timer = screen && setInterval(draw, FRAME_MS);
  try {
    for await (const update of options.updates) {
      if (update.type === 'event') {
        firstMs ??= update.sent.atMs;
        if (options.mode === 'lines') for (const line of lines(update.sent)) options.out.write(`${line}\n`);
      } else run = update.run;
    }
    draw();
    return shown();
  } finally {
    clearInterval(timer);
    screen?.[Symbol.dispose]();
  }
}
