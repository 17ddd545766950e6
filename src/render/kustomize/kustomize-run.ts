import type { Diagnostic } from '../../util/diagnostic.ts';
import type { FilePosition } from '../../util/errors.ts';
import { hasErrors } from '../../util/diagnostic.ts';

/** One rendering: the files it reads and the mistakes it finds on the way. */
export interface KustomizeRun {
  /** By path below the repository, with `/` and without a leading one. */
  readonly files: ReadonlyMap<string, string>;
  readonly diagnostics: Diagnostic[];
}

/** Notes a mistake; undefined, for callers that end with it. */
export function refuse(run: KustomizeRun, id: string, message: string, hint: string, at: FilePosition): undefined {
  run.diagnostics.push({ id, severity: 'error', message, hint, at });
}

export function hasFailed(run: KustomizeRun): boolean {
  return hasErrors(run.diagnostics);
}

export type Found = { readonly kind: 'file'; readonly path: string; readonly text: string } | { readonly kind: 'folder'; readonly path: string } | undefined;

/** What stands at a path that a kustomization in `folder` names; undefined when there is nothing, or it leads out of the repository. */
export function find(run: KustomizeRun, folder: string, named: string): Found {
  const path = resolvePath(folder, named);
  if (path === undefined) return undefined;
  const text = run.files.get(path);
  if (text !== undefined) return { kind: 'file', path, text };
  const prefix = path === '' ? '' : `${path}/`;
  for (const file of run.files.keys()) if (file.startsWith(prefix)) return { kind: 'folder', path };
  return undefined;
}

/** `folder` and a path relative to it as one path; `''` is the repository itself, undefined is outside. */
export function resolvePath(folder: string, named: string): string | undefined {
  if (named.startsWith('/')) return undefined;
  const steps = folder === '' ? [] : folder.split('/');
  for (const step of named.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.pop() === undefined) return undefined;
  }
  return steps.join('/');
}
