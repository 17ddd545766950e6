import type { Diagnostic } from '../util/diagnostic.ts';
import type { FilePosition } from '../util/errors.ts';
import { parseSource, type SourceFile } from '../util/source-file.ts';
import { checkJobdefs, type IsGiven } from './check-jobdefs.ts';
import { entryToJobdef } from './entry-to-jobdef.ts';
import type { Jobdef } from './jobdef.ts';
import { applyOverride, type Override } from './override.ts';
import { isRecord } from '../util/is-record.ts';

export interface PipelineResult {
  /** In file order. Not to be run when the diagnostics hold an error. */
  readonly jobs: readonly Jobdef[];
  readonly diagnostics: readonly Diagnostic[];
}

interface Entry {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly at: (key: string) => FilePosition;
}

/**
 * Reads pipeline files in command-line order, as DCI does: neighbours with one name are one job.
 *
 * @throws LabwrightError `bad_input` for an override that targets no job.
 */
export function readPipeline(
  files: readonly { readonly path: string; readonly text: string }[],
  overrides: readonly Override[] = [],
  isGiven?: IsGiven,
): PipelineResult {
  const diagnostics: Diagnostic[] = [];
  let entries: Entry[] = [];
  for (const { path, text } of files) {
    const parsed = parseSource(path, text);
    diagnostics.push(...parsed.diagnostics);
    if (parsed.value) entries.push(...fileEntries(parsed.value, diagnostics));
  }
  if (diagnostics.some(({ severity }) => severity === 'error')) return { jobs: [], diagnostics };
  entries = mergedNeighbours(entries);
  let fields = entries.map((one) => one.fields);
  for (const override of overrides.filter(({ target }) => target !== '@pipeline')) fields = applyOverride(fields, override);
  const jobs: Jobdef[] = [];
  for (const [index, { at }] of entries.entries()) {
    const read = entryToJobdef(fields[index]!, at);
    diagnostics.push(...read.diagnostics);
    if (read.value) jobs.push(read.value);
  }
  if (jobs.length === entries.length) diagnostics.push(...checkJobdefs(jobs, isGiven));
  return { jobs, diagnostics };
}

function fileEntries(file: SourceFile, diagnostics: Diagnostic[]): Entry[] {
  if (!Array.isArray(file.value)) {
    diagnostics.push({
      id: 'not-a-list',
      severity: 'error',
      message: 'a pipeline file is a list of jobs',
      hint: 'begin each job with "- name:"',
      at: file.at([]),
    });
    return [];
  }
  return file.value.flatMap((value: unknown, index): Entry[] => {
    if (isRecord(value)) return [{ fields: value, at: (key) => (Object.hasOwn(value, key) ? file.atKey([index, key]) : file.at([index])) }];
    diagnostics.push({ id: 'not-a-job', severity: 'error', message: 'a job is a map', hint: 'begin each job with "- name:"', at: file.at([index]) });
    return [];
  });
}

/** Pairs from the end backwards: lists join, maps take the later keys, anything else is the later value. */
function mergedNeighbours(entries: readonly Entry[]): Entry[] {
  const result: Entry[] = [];
  for (const earlier of entries.toReversed()) {
    const later = result[0];
    if (later && earlier.fields['name'] !== undefined && later.fields['name'] === earlier.fields['name']) result[0] = merged(earlier, later);
    else result.unshift(earlier);
  }
  return result;
}

function merged(a: Entry, b: Entry): Entry {
  const fields: Record<string, unknown> = { ...a.fields };
  for (const [key, value] of Object.entries(b.fields)) {
    const old = fields[key];
    if (Array.isArray(old) && Array.isArray(value)) fields[key] = [...(old as unknown[]), ...(value as unknown[])];
    else if (isRecord(old) && isRecord(value)) fields[key] = { ...old, ...value };
    else fields[key] = value;
  }
  return { fields, at: (key) => (Object.hasOwn(b.fields, key) || !Object.hasOwn(a.fields, key) ? b.at(key) : a.at(key)) };
}
