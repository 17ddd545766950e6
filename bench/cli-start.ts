// How long `labwright --help` takes beside an empty Node, in one run: npm run bench -- cli-start
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const help = [join(root, 'bin/labwright.js'), '--help'];
spawnSync(process.execPath, help); // The first call may build the bundle and fills the compile cache.

const times = { help: [] as number[], empty: [] as number[] };
for (let round = 0; round < 9; round++) {
  times.empty.push(measure(['-e', '0']));
  times.help.push(measure(help));
}
const [helpMs, emptyMs] = [median(times.help), median(times.empty)];
console.log(`labwright --help ${helpMs.toFixed(0)} ms, node -e 0 ${emptyMs.toFixed(0)} ms, ratio ${(helpMs / emptyMs).toFixed(2)} (target 2)`);

function measure(args: readonly string[]): number {
  const startedMs = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`);
  return performance.now() - startedMs;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
