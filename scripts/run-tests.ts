import { globSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { root } from './tasks.ts';

/**
 * Runs test files in processes of their own and ends with the line `N passed, N failed`, skipped parts listed by name.
 *
 * With `CI=true` a skipped test fails the run: there nothing may be left out.
 *
 * @returns whether everything passed.
 */
export async function runTests(patterns: readonly string[]): Promise<boolean> {
  const files = patterns.flatMap((pattern) => globSync(pattern, { cwd: root, exclude: ['node_modules/**'] })).map((file) => join(root, file));
  const count = { passed: 0, failed: 0 };
  const skipped: string[] = [];
  const stream = run({ files: files.toSorted(), concurrency: 2, isolation: 'process' });
  const isTest = (details: { readonly type?: string | undefined }, name: string): boolean => details.type !== 'suite' && !files.includes(name);
  stream.on('test:pass', ({ name, skip, details }) => {
    if (!isTest(details, name)) return;
    if (skip === undefined || skip === false) count.passed++;
    else skipped.push(typeof skip === 'string' ? `${name}: ${skip}` : name);
  });
  stream.on('test:fail', () => count.failed++);
  for await (const chunk of stream.compose(spec())) process.stdout.write(String(chunk));
  for (const name of skipped) console.log(`skipped: ${name}`);
  console.log(`${count.passed} passed, ${count.failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
  if (skipped.length > 0 && process.env['CI'] === 'true') {
    console.log('with CI=true nothing may be skipped');
    return false;
  }
  return count.failed === 0 && count.passed > 0;
}
