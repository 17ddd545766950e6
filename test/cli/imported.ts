import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { parse } from 'yaml';
import { labFolder, labwright } from './labwright.ts';

export interface Told {
  readonly id: string;
  readonly kind?: 'guessed' | 'kept' | 'dropped';
  readonly severity?: 'error' | 'warning';
  readonly what?: string;
  readonly why?: string;
  readonly message?: string;
  readonly at?: { readonly path: string; readonly line: number };
}

export interface ImportedFiles {
  readonly status: number | null;
  /** Folder with lab.yml and the files beside it, when it was imported. */
  readonly path: string;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a YAML file
  readonly lab: any;
  readonly notes: readonly Told[];
  readonly diagnostics: readonly Told[];
  readonly agentVars: Readonly<Record<string, string>>;
}

/** Runs `labwright lab import` on these files, in their order. */
export function imported(t: TestContext, files: Readonly<Record<string, string>>, ...args: readonly string[]): ImportedFiles {
  const { path: from } = labFolder(t, files);
  const { path } = labFolder(t, {});
  const { status, stdout, stderr } = labwright('lab', 'import', ...Object.keys(files).map((name) => join(from, name)), '--output', path, '--json', ...args);
  assert.notEqual(stdout, '', stderr);
  const { lab, notes, diagnostics, agentVars } = JSON.parse(stdout) as { lab?: string } & Pick<ImportedFiles, 'notes' | 'diagnostics' | 'agentVars'>;
  return { status, path, text: lab ?? '', lab: lab === undefined ? undefined : parse(lab), notes, diagnostics, agentVars };
}

/** The line that something was told about. */
export function lineOf(told: readonly Told[], id: string): number | undefined {
  return told.find((one) => one.id === id)?.at?.line;
}
