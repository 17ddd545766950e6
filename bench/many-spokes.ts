// Many single-node spokes installed from one hub at the same time, in rehearsal: real time from command to exit and the most memory
// of each process (target for 200: 60 s, world and engine 500 MB). LABWRIGHT_SPOKES=3500 for the most that ACM is tested with.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { RehearsalReport } from '../src/cli/house/rehearsal-report.ts';

const SPOKES = Number(process.env['LABWRIGHT_SPOKES'] ?? 200);
const PER_SERVER = 4;
const labwright = join(import.meta.dirname, '..', 'bin/labwright.js');
const folder = mkdtempSync(join(tmpdir(), 'labwright-bench-'));
try {
  await measure();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  writeFileSync(join(folder, 'lab.yml'), labFile());
  writeFileSync(join(folder, 'spokes.yml'), pipeline());
  const before = loadavg()[0]!;
  const startedMs = performance.now();
  const child = spawn(process.execPath, [labwright, 'rehearse', join(folder, 'spokes.yml'), '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const most = new Map<string, number>();
  const timer = setInterval(() => note(most), 500);
  const report = JSON.parse(await text(child.stdout)) as RehearsalReport;
  clearInterval(timer);
  const tookS = (performance.now() - startedMs) / 1000;
  const done = report.jobs.filter(({ status }) => status === 'success').length;
  const memory = [...most].map(([what, bytes]) => `${what} ${Math.round(bytes / 2 ** 20)} MB`).join(', ');
  const perSpoke = ((1000 * tookS) / SPOKES).toFixed(0);
  console.log(`${SPOKES} spokes at once: ${done} installed in ${tookS.toFixed(1)} s, ${perSpoke} ms each; at most ${memory}; load before ${before.toFixed(1)}`);
}

/** The most resident memory so far of the command and of its world. */
function note(most: Map<string, number>): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (!argv.includes(labwright)) continue;
      const what = argv.includes('rehearse') ? 'server and engine' : 'world';
      const bytes = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
      most.set(what, Math.max(most.get(what) ?? 0, bytes));
    } catch {
      // It has ended meanwhile.
    }
  }
}

function labFile(): string {
  const servers = Math.ceil(SPOKES / PER_SERVER);
  const spokes = Array.from({ length: SPOKES }, (_, index) => {
    const server = `server${String(1 + Math.floor(index / PER_SERVER)).padStart(4, '0')}`;
    return `  s${index}: {on: ${server}, role: spoke, hub: hub, install: clusterinstance, masters: 1}`;
  });
  return `lab: many
domain: many.lab
jumphost: {address: 10.0.0.1, nic: eno2}
networks: {baremetal: {cidr: 10.0.0.0/16, bridge: br0, slot_size: 8}}
servers:
  hubserver: {address: 10.0.0.2, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}
  server[0001-${String(servers).padStart(4, '0')}]: {address: 10.0.0.3+, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}
clusters:
  hub: {on: hubserver, role: hub, install: abi, masters: 3}
${spokes.join('\n')}
`;
}

function pipeline(): string {
  return Array.from(
    { length: SPOKES },
    (_, index) => `- {name: s${index}-install, stage: install, topic: OCP-4.18, components: [ocp], action: install, cluster: s${index}}\n`,
  ).join('');
}
