import type { LabPlan, PlannedMachine } from '../lab/plan.ts';
import type { Clock } from '../util/clock.ts';
import { parseLeases } from './doors/dnsmasq.ts';
import type { Host } from './doors/lab-hosts.ts';
import { labPaths } from './lab-paths.ts';
import type { Failure, Progress } from './work-off.ts';
import { runScript } from './doors/run-script.ts';

const LIMIT_MS = 180_000;

interface Deps {
  readonly jumphost: Host;
  readonly clock: Clock;
  readonly progress: Progress;
}

/** Waits until the jumphost has given every machine its address. @returns those that did not ask in time. */
export async function awaitLeases(deps: Deps, plan: LabPlan, machines: readonly PlannedMachine[], signal: AbortSignal): Promise<Failure[]> {
  const { jumphost, clock, progress } = deps;
  const nat = new Set(plan.networks.flatMap(({ name, mode }) => (mode === 'nat' ? [name] : [])));
  // There libvirt gives addresses.
  const served = machines.filter(({ home }) => !plan.clusters.some(({ name, network }) => name === home && nat.has(network)));
  const waiting = new Map(served.map((machine) => [machine.mac, machine]));
  if (waiting.size === 0) return [];
  progress.stage('Addresses', [jumphost.name]);
  const { stateDir, logsDir } = labPaths(plan);
  const read = { purpose: 'read its leases', text: 'cat "$1" 2>/dev/null || true', args: [`${stateDir}/dnsmasq.leases`] };
  const deadline = clock.now() + LIMIT_MS;
  while (waiting.size > 0 && clock.now() < deadline) {
    const { stdout } = await runScript(jumphost.exec, read, { signal });
    for (const { mac, address } of parseLeases(stdout)) {
      const machine = waiting.get(mac);
      if (machine) progress.line(jumphost.name, `${machine.name} has ${address}`);
      waiting.delete(mac);
    }
    if (waiting.size > 0) await clock.sleep(500, signal);
  }
  const late = [...waiting.values()].map((machine) => ({
    on: machine.server,
    code: 'timed_out',
    message: `${machine.name} runs but has not asked for its address within ${LIMIT_MS / 1000} s`,
    hint: `read its console log on ${machine.server}: ${logsDir}/${machine.name}.log`,
  }));
  progress.ended(jumphost.name, late[0]?.message);
  return late;
}
