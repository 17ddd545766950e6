// How long an apply of an unchanged lab of 10 servers takes with ssh connections open (target: 2 s), and a reset of 7 VMs until all
// are powered on (target: 10 s), beside plain virsh one VM after the other. In a lab-in-a-box, so as root on Debian.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { EMPTY_LOCK } from '../src/lab/lock.ts';
import { planLab } from '../src/lab/plan-lab.ts';
import type { LabPlan } from '../src/lab/plan.ts';
import { applyLab } from '../src/machines/apply-lab.ts';
import { LabHosts } from '../src/machines/doors/lab-hosts.ts';
import { resetMachines } from '../src/machines/reset-machines.ts';
import { SILENT } from '../src/machines/work-off.ts';
import { systemClock } from '../src/util/clock.ts';
import { downBox, openBox, upBox } from '../test/lab-in-a-box/box.ts';
import { boxObstacle } from '../test/lab-in-a-box/packages.ts';

const PREFIX = 'lwbench';
const SERVERS = 10;
const { signal } = new AbortController();

if (process.argv[2] === 'inside') await inside();
else await outside();

async function outside(): Promise<void> {
  const obstacle = boxObstacle();
  if (obstacle !== undefined) return console.log(`lab-operations is skipped: ${obstacle}`);
  const box = await upBox(PREFIX, console.log, SERVERS);
  try {
    const file = join(box.labFolder, 'lab.yml');
    const singles = Array.from(
      { length: SERVERS - 1 },
      (_, index) => `  sno${index + 2}: {on: server${index + 2}, install: none, profile: tiny, masters: 1, active: false}\n`,
    );
    const clusters = `clusters:\n  seven: {on: server1, install: none, profile: tiny, masters: 3, workers: 4}\n${singles.join('')}`;
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^clusters:\n( .*\n)+/m, clusters));
    await box.inNetwork('jumphost')([process.execPath, import.meta.filename, 'inside'], {
      env: { TMPDIR: box.folder },
      onOutput: (chunk) => process.stdout.write(chunk),
    });
  } finally {
    await downBox(PREFIX);
  }
}

/** On the jumphost's network. */
async function inside(): Promise<void> {
  const plan = planOf(join(openBox(PREFIX).labFolder, 'lab.yml'));
  await using hosts = new LabHosts(plan);
  const apply = () => applyLab({ hosts, clock: systemClock, progress: SILENT }, plan, { targets: [], prune: false, dryRun: false, signal });
  const made = await apply();
  if (made.failures.length > 0) throw new Error(JSON.stringify(made.failures[0]));
  const cores = `${availableParallelism()} cores`;
  const unchanged: number[] = [];
  for (let round = 0; round < 3; round++) {
    const [tookMs, report] = await timed(apply);
    if (report.changes.length > 0 || report.failures.length > 0) throw new Error(`something changed: ${JSON.stringify(report)}`);
    unchanged.push(tookMs);
  }
  console.log(`apply of an unchanged lab of ${SERVERS} servers: ${seconds(Math.min(...unchanged))} (target 2 s), no changes; ${cores}`);

  const machines = plan.machines.filter(({ server }) => server === 'server1');
  const [resetMs, report] = await timed(() =>
    resetMachines({ hosts, progress: SILENT }, plan, machines, { cause: 'bench', start: true, dryRun: false, signal }),
  );
  if (report.failures.length > 0) throw new Error(JSON.stringify(report.failures[0]));
  const [plainMs] = await timed(() => plainReset(hosts, plan));
  console.log(
    `reset of ${machines.length} VMs to power-on: ${seconds(resetMs)} (target 10 s); plain virsh, one after the other: ${seconds(plainMs)}, ${(resetMs / plainMs).toFixed(2)} ×; ${cores}`,
  );
}

/** What a person would type on the server. */
async function plainReset(hosts: LabHosts, plan: LabPlan): Promise<void> {
  const { exec } = hosts.server('server1');
  for (const { name } of plan.machines.filter(({ server }) => server === 'server1')) {
    const script = `set -e
disk=/var/lib/libvirt/images/labwright-${plan.lab}/$1.qcow2
virsh dumpxml --inactive "$1" >/run/plain.xml; virsh destroy "$1"; virsh undefine --nvram "$1"
rm "$disk"; qemu-img create -f qcow2 "$disk" 1G; virsh define /run/plain.xml; virsh start "$1"`;
    await exec(['sh', '-c', script, 'sh', name], { signal });
  }
}

function planOf(path: string): LabPlan {
  const { plan, diagnostics } = planLab(path, readFileSync(path, 'utf8'), EMPTY_LOCK);
  if (!plan) throw new Error(JSON.stringify(diagnostics));
  return plan;
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [number, T]> {
  const startedMs = performance.now();
  const result = await work();
  return [performance.now() - startedMs, result];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
