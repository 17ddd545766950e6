// Runs every benchmark, or the ones named: npm run bench [-- NAME …]
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, runTool } from './tasks.ts';

const names = process.argv.slice(2);
const all = readdirSync(join(root, 'bench')).filter((file) => file.endsWith('.ts'));
const unknown = names.filter((name) => !all.includes(`${name}.ts`));
if (unknown.length > 0) {
  console.error(`there is no benchmark ${unknown.join(', ')}\nhint: one of: ${all.map((file) => file.replace(/\.ts$/, '')).join(', ')}`);
  process.exit(2);
}
const wanted = names.length === 0 ? all : all.filter((file) => names.includes(file.replace(/\.ts$/, '')));
process.exitCode = wanted.map((file) => runTool(file, 'node', [join('bench', file)])).every(Boolean) ? 0 : 1;
