import type { Diagnostic } from '../../util/diagnostic.ts';
import type { Parsed, SourceFile } from '../../util/source-file.ts';
import { checkJobdefs } from '../check-jobdefs.ts';
import { entryToJobdef } from '../entry-to-jobdef.ts';
import type { Jobdef } from '../jobdef.ts';
import type { JobEntry } from './cell-jobs.ts';

/** Reads a matrix's jobs as those of any pipeline are read; what is wrong with one stands where the matrix says it. */
export function matrixToJobdefs(entries: readonly JobEntry[], file: SourceFile): Parsed<Jobdef[]> {
  const diagnostics: Diagnostic[] = [];
  const jobs = entries.flatMap((entry) => {
    const read = entryToJobdef(entry, (key) => file.at([key]));
    diagnostics.push(...read.diagnostics);
    return read.value ?? [];
  });
  if (jobs.length < entries.length) return { value: undefined, diagnostics };
  const found = [...diagnostics, ...checkJobdefs(jobs)];
  // Every job of a matrix is made alike: what is wrong with one is wrong with all.
  const once = [...new Map(found.map((one) => [`${one.id} ${JSON.stringify(one.at)}`, one])).values()];
  return { value: jobs, diagnostics: once };
}
