import type { LabPlan, PlannedMachine } from '../lab/plan.ts';
import { cloudMachineOf } from '../render/cloud-init.ts';
import { diskPath } from '../render/libvirt-domain.ts';
import { el, xmlText } from '../render/xml.ts';
import type { ApplyReport } from './apply-lab.ts';
import type { Change } from './changes/change.ts';
import { domainXml } from './changes/machine-changes.ts';
import { observeDomains, type FoundDomain } from './changes/server-state.ts';
import type { Host, LabHosts } from './doors/lab-hosts.ts';
import { runScript } from './doors/run-script.ts';
import { labPaths } from './lab-paths.ts';
import { settleAll } from './settle-all.ts';
import { failureOf, workOff, type ChangeResult, type Failure, type Progress } from './work-off.ts';

export interface ResetOptions {
  /** Why, and who asked: it is kept with each machine. */
  readonly cause: string;
  /** Power them on at the end. */
  readonly start: boolean;
  /** Look only. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** Namespace of the element that says why a machine was reset. */
const RESET_NAMESPACE = 'https://labwright.dev/reset/1';

/**
 * Makes VMs as new, for another installation: off, empty disks, no NVRAM, no media and no boot override; UUID, MAC, BMC and
 * disk serials stay (reference/lab-and-libvirt.md §4.6). All of them at once. Each gets the next generation, so that whoever
 * pins host keys knows that they are others now. Interrupted, it is finished by doing it again.
 */
export async function resetMachines(
  { hosts, progress }: { readonly hosts: LabHosts; readonly progress: Progress },
  plan: LabPlan,
  machines: readonly PlannedMachine[],
  { cause, start, dryRun, signal }: ResetOptions,
): Promise<ApplyReport> {
  const servers = [...new Set(machines.map(({ server }) => server))];
  progress.stage('Reset', servers);
  const failures: Failure[] = [];
  const results: ChangeResult[] = [];
  const found = await settleAll(servers, (name) => observeDomains(hosts.server(name).exec, signal), signal);
  const jobs = servers.flatMap((name, index): { readonly host: Host; readonly change: Change }[] => {
    const domains = found[index]!;
    if (domains.ok)
      return machines
        .filter(({ server }) => server === name)
        .map((machine) => ({ host: hosts.server(name), change: resetChange(plan, machine, domains.value, { cause, start }) }));
    failures.push(failureOf(name, domains.error));
    return [];
  });
  if (dryRun)
    results.push(
      ...jobs.map(
        ({ change: { on, action, kind, name, consequence, detail } }) => ({ on, action, kind, name, consequence, detail, status: 'planned' }) as const,
      ),
    );
  else await settleAll(jobs, async ({ host, change }) => results.push(...(await workOff(host, [change], progress, signal))), signal);
  failures.push(...results.flatMap((one) => (one.status === 'failed' ? [one.error] : [])));
  for (const name of servers) progress.ended(name, failures.find(({ on }) => on === name)?.message);
  return { lab: plan.lab, changes: results, failures, unseen: [] };
}

function resetChange(plan: LabPlan, machine: PlannedMachine, domains: readonly FoundDomain[], { cause, start }: Pick<ResetOptions, 'cause' | 'start'>): Change {
  const generation = (domains.find(({ uuid }) => uuid === machine.uuid)?.generation ?? 0) + 1;
  const mark = xmlText(el('reset:reset', { 'xmlns:reset': RESET_NAMESPACE, because: cause }));
  const xml = domainXml(plan, machine, generation).replace('</metadata>', (end) => `${mark}${end}`);
  const disks = machine.disks.flatMap((disk, index) => [
    diskPath(labPaths(plan), machine, index),
    `${disk.sizeGiB}G`,
    (index === 0 && cloudMachineOf(plan, machine.name)?.image) || '',
  ]);
  const act: Change['act'] = async ({ exec }, signal) => {
    const script = { purpose: `reset ${machine.name}`, text: RESET, args: [machine.uuid, machine.name, start ? 'start' : 'stay', ...disks] };
    await runScript(exec, script, { signal, stdin: xml });
  };
  const detail = `new disk, no NVRAM, generation ${generation}${start ? ', then on' : ''}: ${cause}`;
  return { action: 'update', kind: 'machine', name: machine.name, on: machine.server, machine: machine.name, consequence: 'data-loss', detail, act };
}

/** The definition is replaced in one go, never taken away: a reset that is interrupted leaves a machine that apply and reset know. */
const RESET = String.raw`set -eu
v() { virsh --quiet --connect qemu:///system "$@"; }
uuid=$1 name=$2 power=$3; shift 3
state=$(v domstate "$uuid" 2>/dev/null || echo none)
case "$state" in none | 'shut off' | crashed) ;; *) v destroy "$uuid" ;; esac
if [ "$state" != none ]; then
  v managedsave-remove "$uuid" >/dev/null 2>&1 || true
  v dumpxml --inactive "$uuid" | sed -n 's:.*<nvram[^>]*>\(.*\)</nvram>.*:\1:p' | while read -r nvram; do rm -f -- "$nvram"; done
fi
rm -f -- "/var/lib/libvirt/qemu/nvram/$name""_VARS.fd"
while [ "$#" -gt 0 ]; do
  if [ -n "$3" ]; then qemu-img convert -O qcow2 "$3" "$1.new"; qemu-img resize -q "$1.new" "$2"; else qemu-img create -q -f qcow2 "$1.new" "$2"; fi
  mv "$1.new" "$1"
  shift 3
done
cat | virsh --quiet --connect qemu:///system define --validate /dev/stdin
[ "$power" = stay ] || v start "$uuid"`;
