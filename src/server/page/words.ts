import { html } from 'hono/html';
import type { Html } from './layout.ts';

/** One sign for each status of a run, job or step. */
export function mark(status: string): string {
  return MARKS[status] ?? '·';
}

const MARKS: Readonly<Record<string, string>> = {
  success: '✓',
  failure: '✗',
  error: '✗',
  killed: '✗',
  cancelled: '–',
  skipped: '–',
  running: '▸',
  leased: '▸',
};

/** A span of real time; one that still goes on is counted further by the page's script. */
export function since(startedMs: number, endedMs: number | undefined): Html {
  if (endedMs !== undefined) return html`<span>${formatDuration(endedMs - startedMs)}</span>`;
  return html`<span data-since="${startedMs}">${formatDuration(Date.now() - startedMs)}</span>`;
}

/** `0.4 s`, `59 s`, `12 min 05 s`, `2 h 07 min`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
