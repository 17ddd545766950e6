import { axesOf, type Axis, type Cell } from '../../pipeline/matrix/axes.ts';
import { exclusionText } from '../../pipeline/matrix/exclusions.ts';
import { table } from '../table.ts';
import type { CellResult } from './matrix-results.ts';

const SIGNS = { success: '✔', failure: '✖', excluded: '–', planned: '◼' } as const;
const WORDS = { success: 'succeeded', failure: 'failed', excluded: 'excluded', planned: 'to run' } as const;
const STATUSES = ['success', 'failure', 'planned', 'excluded'] as const;

/**
 * A matrix as a grid: the last two axes across, the others down. A cell that failed or is excluded has numbers, and the
 * lines below the grid say why, with what to do where that is known.
 */
export function renderGrid(results: readonly CellResult[]): string {
  const axes = axesOf(results[0]?.cell ?? {});
  const [down, across] = [axes.slice(0, -2), axes.slice(-2)];
  const columns = distinct(results, across);
  const notes = [...new Set(results.flatMap(notesOf))];
  const shown = (result: CellResult | undefined): string => {
    if (!result) return '';
    const numbers = notesOf(result).map((note) => notes.indexOf(note) + 1);
    const where = result.status === 'planned' ? (result.cluster ?? '') : '';
    return [SIGNS[result.status], numbers.join(','), where].filter((word) => word !== '').join(' ');
  };
  const rows = distinct(results, down).map((row) => [
    ...down.map((axis) => row[axis]!),
    ...columns.map((column) => shown(results.find(({ cell }) => has(cell, row) && has(cell, column)))),
  ]);
  const sums = STATUSES.flatMap((status) => {
    const count = results.filter((one) => one.status === status).length;
    return count === 0 ? [] : [`${count} ${WORDS[status]}`];
  });
  const foot = notes.map((note, index) => `${String(index + 1).padStart(3)}  ${note}\n`).join('');
  return `${table([...header(down, across, columns), ...rows])}\n${results.length} cells: ${sums.join(', ')}\n${foot}`;
}

/** One line for each axis across; values that repeat stand once. */
function header(down: readonly Axis[], across: readonly Axis[], columns: readonly Cell[]): string[][] {
  return across.map((axis, level) => {
    const repeats = (index: number): boolean => index > 0 && across.slice(0, level + 1).every((one) => columns[index - 1]![one] === columns[index]![one]);
    return [
      ...down.map((one) => (level === across.length - 1 ? one.toUpperCase() : '')),
      ...columns.map((column, index) => (repeats(index) ? '' : column[axis]!)),
    ];
  });
}

function notesOf({ reason, exclusions, error }: CellResult): string[] {
  if (exclusions) return exclusions.map(exclusionText);
  const hint = error?.hint ? `\n     hint: ${error.hint}` : '';
  return reason === undefined ? [] : [`${reason}${hint}`];
}

function distinct(results: readonly CellResult[], axes: readonly Axis[]): Cell[] {
  const cells = results.map(({ cell }) => Object.fromEntries(axes.map((axis) => [axis, cell[axis]])) as Cell);
  return [...new Map(cells.map((cell) => [JSON.stringify(cell), cell])).values()];
}

function has(cell: Cell, values: Cell): boolean {
  return axesOf(values).every((axis) => cell[axis] === values[axis]);
}
