import type { Diagnostic } from '../../util/diagnostic.ts';
import type { KeyPath, SourceFile } from '../../util/source-file.ts';

/** Collects what is wrong with a lab file, each at the keys it is about. */
export interface Report {
  readonly found: Diagnostic[];
  readonly error: Tell;
  readonly warn: Tell;
}

type Tell = (id: string, keys: KeyPath, message: string, hint: string) => void;

export function reportOn(source: SourceFile): Report {
  const found: Diagnostic[] = [];
  const add = (severity: Diagnostic['severity']): Tell => {
    return (id, keys, message, hint) => {
      found.push({ id, severity, message, hint, at: source.at(keys) });
    };
  };
  return { found, error: add('error'), warn: add('warning') };
}
