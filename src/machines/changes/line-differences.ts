import type { Difference } from './difference.ts';

/** Lines that one of two texts has and the other has not. */
export function lineDifferences(before: string, after: string): Difference[] {
  const [old, now] = [new Set(before.split('\n')), new Set(after.split('\n'))];
  const worth = (line: string): boolean => line !== '' && !line.startsWith('#');
  return [
    ...[...old.difference(now)].filter(worth).map((line) => ({ field: 'line', wanted: undefined, found: line })),
    ...[...now.difference(old)].filter(worth).map((line) => ({ field: 'line', wanted: line, found: undefined })),
  ];
}

/** `-host-record=…, +host-record=…`, at most three of them. */
export function lineDiff(differences: readonly Difference[]): string {
  const all = differences.map(({ wanted, found }) => (wanted === undefined ? `-${found}` : `+${wanted}`));
  const more = all.length > 3 ? `, ${all.length - 3} more` : '';
  return `${all.slice(0, 3).join(', ')}${more}`;
}
