// How long the example matrix takes to rehearse, from command to exit (target: 45 s on 2 cores): npm run bench -- rehearse-matrix
import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import type { RehearsalReport } from '../src/cli/house/rehearsal-report.ts';

const root = join(import.meta.dirname, '..');
const labwright = join(root, 'bin/labwright.js');
spawnSync(process.execPath, [labwright, '--version']); // The first call may build the bundle.

const before = loadavg()[0]!;
const startedMs = performance.now();
const { status, stdout, stderr } = spawnSync(process.execPath, [labwright, 'rehearse', join(root, 'examples/ztp-matrix.yml'), '--json'], {
  encoding: 'utf8',
  maxBuffer: 256 * 1024 * 1024,
});
const tookMs = performance.now() - startedMs;
if (status !== 0) throw new Error(`it ended with ${status}: ${stderr}`);
const { jobs, matrix = [] } = JSON.parse(stdout) as RehearsalReport;
const ran = matrix.filter((cell) => cell.status === 'success').length;
const hours = jobs.reduce((sum, job) => sum + job.simulated_s, 0) / 3600;
console.log(
  `example matrix: ${(tookMs / 1000).toFixed(1)} s for ${ran} cells of ${matrix.length}, ${jobs.length} jobs, ${hours.toFixed(0)} simulated hours (target 45 s); load before ${before.toFixed(1)}`,
);
