import type { Diagnostic } from '../../util/diagnostic.ts';
import type { FilePosition } from '../../util/errors.ts';

/**
 * What became of something in an inventory that the lab file does not say as it was: *guessed* (the lab file needs it, the inventory
 * lacks it), *kept* for the agent (in `agent-vars.yml`, for `lab inventory --vars`), or *dropped* with the reason.
 */
export interface ImportNote {
  readonly id: string;
  readonly kind: 'guessed' | 'kept' | 'dropped';
  readonly what: string;
  readonly why: string;
  readonly at?: FilePosition;
}

/** Collects notes, and diagnostics: an error stops the import, a warning says what was repaired. */
export interface ImportReport {
  readonly notes: ImportNote[];
  readonly diagnostics: Diagnostic[];
  readonly note: (note: ImportNote) => void;
  readonly warn: (id: string, message: string, hint: string, at: FilePosition) => void;
  readonly refuse: (id: string, message: string, hint: string, at: FilePosition) => void;
}

export function importReport(): ImportReport {
  const notes: ImportNote[] = [];
  const diagnostics: Diagnostic[] = [];
  const tell =
    (severity: Diagnostic['severity']): ImportReport['warn'] =>
    (id, message, hint, at) => {
      diagnostics.push({ id, severity, message, hint, at });
    };
  return { notes, diagnostics, note: (note) => void notes.push(note), warn: tell('warning'), refuse: tell('error') };
}
