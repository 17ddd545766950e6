import type { FilePosition } from './errors.ts';

/** Something wrong, or doubtful, with what a user wrote. Errors stop everything before anything is touched. */
export interface Diagnostic {
  /** Stable, kebab-case: `duplicate-address`. Documented by id. */
  readonly id: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** What to write instead, in the imperative. */
  readonly hint?: string;
  readonly at?: FilePosition;
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((one) => one.severity === 'error');
}

/**
 * The form every mistake in a file has: `PATH:LINE:COLUMN: message`, the source line, `hint: …`.
 *
 * @param sourceLine text of line `n` (1-based) of a file, undefined when it is not at hand.
 */
export function formatDiagnostic(diagnostic: Diagnostic, sourceLine: (path: string, line: number) => string | undefined): string {
  const { at, severity, message, hint } = diagnostic;
  const prefix = severity === 'warning' ? 'warning: ' : '';
  const lines = [at ? `${at.path}:${at.line}:${at.column}: ${prefix}${message}` : `${prefix}${message}`];
  const source = at && sourceLine(at.path, at.line);
  if (at && source !== undefined) lines.push(around(source.trimEnd(), at.column));
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  return lines.map(printable).join('\n');
}

/** A line too long for a terminal is shown around the column. */
function around(line: string, column: number): string {
  const limit = 200;
  if (line.length <= limit) return line;
  const start = Math.max(0, Math.min(column - 1 - limit / 2, line.length - limit));
  return `${start > 0 ? '…' : ''}${line.slice(start, start + limit)}${start + limit < line.length ? '…' : ''}`;
}

/** What a user's file holds must not steer the terminal. */
function printable(line: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return line.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}
