import { dirname, resolve } from 'node:path';
import type { LabPlan } from '../../lab/plan.ts';
import { checkMatrixClusters } from '../../pipeline/matrix/check-matrix-clusters.ts';
import type { Reach } from '../../pipeline/matrix/exclusions.ts';
import { matrixJobs } from '../../pipeline/matrix/matrix-jobs.ts';
import { matrixToJobdefs } from '../../pipeline/matrix/matrix-to-jobdefs.ts';
import { parseOnly } from '../../pipeline/matrix/parse-only.ts';
import { placeCells } from '../../pipeline/matrix/place-cells.ts';
import { readMatrix } from '../../pipeline/matrix/read-matrix.ts';
import type { Fault } from '../../rehearsal/faults.ts';
import { hasErrors } from '../../util/diagnostic.ts';
import type { SourceFile } from '../../util/source-file.ts';
import { planLabFile } from '../plan-lab-file.ts';
import { makeRunnable, showDiagnostics } from './make-runnable.ts';
import { placeFault } from './place-fault.ts';
import type { PreparedRehearsal } from './prepared-rehearsal.ts';
import { sitesOfRehearsal } from './sites-of-rehearsal.ts';

/** What the hubs of a world reach: its Git host is inside the lab; a registry and an HTTP store are where the jumphost has them. */
function reachOf({ jumphost: { services } }: LabPlan): Reach {
  return { git: { connected: true, disconnected: true }, mirror: services.registry !== undefined && services.httpStore !== undefined };
}

export interface MatrixRequest {
  readonly lab: string | undefined;
  readonly only?: readonly string[];
}

/**
 * Reads and checks a matrix, its lab and every job it comes to, before anything runs. Prints what is wrong on stderr.
 *
 * @returns undefined when something is; no jobs when every cell is excluded.
 */
export async function prepareMatrix(request: MatrixRequest, file: SourceFile, faults: readonly Fault[]): Promise<PreparedRehearsal | undefined> {
  const read = readMatrix(file);
  showDiagnostics(read.diagnostics, file.lines);
  const matrix = read.value;
  if (!matrix) return undefined;
  const only = parseOnly(request.only ?? [], matrix.axes);
  const { labPath, result } = await planLabFile(request.lab ?? resolve(dirname(file.path), matrix.lab ?? 'lab.yml'));
  const { plan } = result;
  if (!plan) return undefined;
  const wrong = checkMatrixClusters(matrix, plan, file);
  showDiagnostics(wrong, file.lines);
  if (hasErrors(wrong)) return undefined;
  const cells = placeCells(matrix, { plan, reach: reachOf(plan), only });
  const { entries, jobsOf } = matrixJobs(matrix, cells, plan);
  const jobdefs = matrixToJobdefs(entries, file);
  const runnable = hasErrors(jobdefs.diagnostics) || !jobdefs.value ? undefined : makeRunnable(jobdefs.value, plan);
  const diagnostics = [...jobdefs.diagnostics, ...(runnable?.diagnostics ?? [])];
  showDiagnostics(diagnostics, file.lines);
  if (!runnable?.value || hasErrors(diagnostics)) return undefined;
  const { jobs } = runnable.value;
  const sites = await sitesOfRehearsal(dirname(labPath), plan, jobs);
  const placed = faults.map((fault) => placeFault(fault, plan, jobs));
  return { name: matrix.matrix, plan, ...runnable.value, faults: placed, hubs: [], ...sites, matrix: { cells, jobsOf } };
}
