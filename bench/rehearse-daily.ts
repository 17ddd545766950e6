// How long the example lab's daily pipeline takes to rehearse, from command to exit (target: 15 s): npm run bench -- rehearse-daily
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { RehearsalReport } from '../src/cli/house/rehearsal-report.ts';

const root = join(import.meta.dirname, '..');
const labwright = join(root, 'bin/labwright.js');
spawnSync(process.execPath, [labwright, '--version']); // The first call may build the bundle.

const emptyMs = Math.min(...Array.from({ length: 5 }, () => timeOf(() => spawnSync(process.execPath, ['-e', '0']))));
for (let round = 1; round <= 3; round++) {
  const startedMs = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [labwright, 'rehearse', join(root, 'examples/pretty-lab/daily.yml'), '--json'], {
    encoding: 'utf8',
  });
  const tookMs = performance.now() - startedMs;
  if (status !== 0) throw new Error(`it ended with ${status}: ${stderr}`);
  const { jobs } = JSON.parse(stdout) as RehearsalReport;
  const jobsS = jobs.reduce((sum, job) => sum + job.real_s, 0);
  const hours = jobs.reduce((sum, job) => sum + job.simulated_s, 0) / 3600;
  console.log(
    `daily pipeline: ${(tookMs / 1000).toFixed(1)} s, of which ${jobsS.toFixed(1)} s in jobs, for ${hours.toFixed(1)} simulated hours (target 15 s); ${(tookMs / emptyMs).toFixed(0)} × node -e 0`,
  );
}

function timeOf(work: () => void): number {
  const startedMs = performance.now();
  work();
  return performance.now() - startedMs;
}
