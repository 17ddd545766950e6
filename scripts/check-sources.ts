import { runTool } from './tasks.ts';

/** Types, lint (with the layer rule) and format. All three run, so that one look shows everything. */
export function checkSources(): boolean {
  const results = [
    runTool('types', 'tsc', ['-p', '.']),
    runTool('lint', 'oxlint', ['--type-aware', '--deny-warnings']),
    runTool('format', 'oxfmt', ['--check', '.']),
  ];
  return results.every(Boolean);
}
