import type { LabPlan } from '../../lab/plan.ts';
import { DISK, takenMemoryMiB } from '../../lab/capacity/server-room.ts';
import { sum } from '../../lab/sum.ts';
import type { ComposedLab, ServerEntry } from './compose-lab.ts';
import type { ImportReport } from './import-report.ts';

/** Gives servers the least room that their machines need: inventories do not say how large they are. */
export function fitServers({ lab, comments, addresses }: ComposedLab, plan: LabPlan, report: ImportReport): ComposedLab {
  const servers: Record<string, ServerEntry> = {};
  const more = [...comments];
  for (const [name, entry] of Object.entries(lab.servers)) {
    const machines = plan.machines.filter(({ kind, server }) => kind === 'vm' && server === name);
    const cpus = Math.max(
      8,
      sum(machines, ({ vcpus }) => vcpus),
    );
    // The host keeps 8 GiB and 2 %, the plan warns above nine tenths of the rest; DIMMs come in sixteens.
    const memory = Math.ceil((sum(machines, takenMemoryMiB) / 1024 / 0.9 + 8) / 0.98 / 16) * 16;
    const disk = Math.ceil(sum(machines, ({ disks }) => sum(disks, ({ sizeGiB }) => sizeGiB)) / DISK.usable / 1024);
    servers[name] = { ...entry, cpus, memory: `${memory}GiB`, disk: `${Math.max(1, disk)}TiB` };
    for (const key of ['cpus', 'memory', 'disk']) more.push({ keys: ['servers', name, key], text: 'guessed: the least that its machines need' });
    report.note({ id: 'guessed', kind: 'guessed', what: `servers.${name}: cpus, memory, disk`, why: 'the least that its machines need' });
  }
  return { lab: { ...lab, servers }, comments: more, addresses };
}
