import { isLabwrightError } from '../../util/errors.ts';
import type { LabPlan } from '../../lab/plan.ts';
import { observeLab } from '../changes/observe-lab.ts';
import { machinesOn } from '../changes/server-changes.ts';
import type { ServerState } from '../changes/server-state.ts';
import type { Host, LabHosts } from '../doors/lab-hosts.ts';
import { testConfiguration } from '../doors/test-dnsmasq.ts';
import { plannedFiles, recordsOf, type JumphostState } from '../jumphost.ts';
import { labPaths } from '../lab-paths.ts';
import { servedByLibvirt } from '../served-by-libvirt.ts';
import { failureOf, type Failure } from '../work-off.ts';
import { probeBmcs } from './bmc-probe.ts';
import { probeBridge, type BridgeAnswer } from './bridge-probe.ts';
import type { Check, Found, LabFacts } from './check.ts';
import { observeHost, type HostFacts } from './host-facts.ts';
import { jumphostChecks } from './jumphost-checks.ts';
import { machineChecks } from './machine-checks.ts';
import { registryChecks } from './registry-checks.ts';
import { probeRegistry } from './registry-probe.ts';
import { segmentChecks } from './segment-checks.ts';
import { probeSegment, type SegmentAnswer } from './segment-probe.ts';
import { serverChecks } from './server-checks.ts';

/** The catalogue (reference/lab-and-libvirt.md §7.1), as far as it is checked on a live lab. */
export const CHECKS: readonly Check[] = [...serverChecks, ...segmentChecks, ...jumphostChecks, ...registryChecks, ...machineChecks];

export interface CheckReport {
  readonly lab: string;
  /** True when nothing of severity `error` was found and every probe could be made. */
  readonly ok: boolean;
  readonly findings: readonly (Found & Pick<Check, 'id' | 'severity' | 'fix'>)[];
  /** Probes that could not be made; their checks say nothing. */
  readonly unchecked: readonly Failure[];
}

/** Looks at the whole lab, several hosts at once, and judges what it saw. Changes nothing. */
export async function checkLab(hosts: LabHosts, plan: LabPlan, signal: AbortSignal): Promise<CheckReport> {
  const { imagesDir, stateDir } = labPaths(plan);
  const unchecked: Failure[] = [];
  const known = new Map<string, HostFacts>();
  const bridges = new Map<string, BridgeAnswer>();
  let segment: SegmentAnswer | undefined;
  let bmcs: LabFacts['bmcs'] = new Map();
  let registry: LabFacts['registry'];
  /** One probe that fails does not hide what the others say. */
  const attempt = (host: Host, probe: () => Promise<void>): Promise<void> =>
    probe().catch((error: unknown) => {
      signal.throwIfAborted();
      unchecked.push(failureOf(host.name, error));
    });
  const look = async (host: Host, server: ServerState | undefined): Promise<void> => {
    const listens = server ? undefined : registryOf(plan);
    await attempt(host, async () => void known.set(host.name, await observeHost(host.exec, server ? imagesDir : stateDir, listens, signal)));
    if (!server) {
      await attempt(host, async () => void (segment = await probeSegment(host.exec, plan, signal)));
      await attempt(host, async () => void (registry = await probeRegistry(host.exec, plan, signal)));
      await attempt(host, async () => void (bmcs = await probeBmcs(host.exec, plan, signal)));
    } else if (machinesOn(plan, host.name).length > 0) {
      await attempt(host, async () => {
        const answer = await probeBridge(host.exec, plan, host.name, machineToStart(plan, host.name, server), signal);
        if (answer) bridges.set(host.name, answer);
      });
    }
  };
  const names = plan.servers.map(({ name }) => name);
  const state = await observeLab(hosts, plan, names, signal, look);
  const dnsmasqRefusal = state.jumphost && !servedByLibvirt(plan) ? await refusalOf(hosts.jumphost, plan, state.jumphost, signal) : undefined;
  const facts: LabFacts = { plan, state, hosts: known, segment, bridges, bmcs, registry, dnsmasqRefusal };
  const findings = judge(facts);
  return { lab: plan.lab, ok: unchecked.length === 0 && !findings.some(({ severity }) => severity === 'error'), findings, unchecked };
}

/** What the catalogue says of a lab, errors first. */
export function judge(facts: LabFacts): CheckReport['findings'] {
  const findings = CHECKS.flatMap(({ id, severity, fix, find }) => find(facts).map((found) => ({ id, severity, fix, ...found })));
  return findings.toSorted((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}

/** Where the jumphost's registry listens, as it sees it itself. */
function registryOf({ jumphost }: LabPlan): string | undefined {
  const { address, services } = jumphost;
  return services.registry && `${address.includes(':') ? `[${address}]` : address}:${services.registry.port}`;
}

/** A machine of an active cluster that is there and off: DHCP can be asked in its name. */
function machineToStart(plan: LabPlan, server: string, { domains }: ServerState): { readonly name: string; readonly mac: string } | undefined {
  const off = new Set(domains.filter(({ state }) => state === 'shut off').map(({ uuid }) => uuid));
  const active = new Set(plan.clusters.flatMap((cluster) => (cluster.active ? cluster.nodes.map(({ machine }) => machine) : [])));
  return machinesOn(plan, server).find(({ name, uuid }) => off.has(uuid) && active.has(name));
}

async function refusalOf(host: Host, plan: LabPlan, jumphost: JumphostState, signal: AbortSignal): Promise<string | undefined> {
  try {
    const files = plannedFiles(plan, jumphost);
    await testConfiguration(host.exec, plan, { files, records: recordsOf(plan, jumphost, files) }, signal);
    return undefined;
  } catch (error) {
    if (isLabwrightError(error) && error.code === 'refused') return error.message;
    throw error;
  }
}
