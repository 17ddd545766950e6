import { isLabwrightError } from '../../util/errors.ts';
import type { LabPlan } from '../../lab/plan.ts';
import { observeLab } from '../changes/observe-lab.ts';
import { testConfiguration } from '../doors/dnsmasq.ts';
import type { Host, LabHosts } from '../doors/lab-hosts.ts';
import { plannedFiles, type JumphostState } from '../jumphost.ts';
import { labPaths } from '../lab-paths.ts';
import { settleAll } from '../settle-all.ts';
import { failureOf, type Failure } from '../work-off.ts';
import type { Check, Found, LabFacts } from './check.ts';
import { observeHost, type HostFacts } from './host-facts.ts';
import { jumphostChecks } from './jumphost-checks.ts';
import { machineChecks } from './machine-checks.ts';
import { segmentChecks } from './segment-checks.ts';
import { probeSegment } from './segment-probe.ts';
import { serverChecks } from './server-checks.ts';

/** The catalogue (reference/lab-and-libvirt.md §7.1), as far as it is checked on a live lab. */
export const CHECKS: readonly Check[] = [...serverChecks, ...segmentChecks, ...jumphostChecks, ...machineChecks];

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
  const names = plan.servers.map(({ name }) => name);
  const { imagesDir, stateDir } = labPaths(plan);
  const looks = [{ host: hosts.jumphost, dir: stateDir }, ...names.map((name) => ({ host: hosts.server(name), dir: imagesDir }))];
  const [state, found, [segment]] = await Promise.all([
    observeLab(hosts, plan, names, signal),
    settleAll(looks, ({ host, dir }) => observeHost(host.exec, dir, signal), signal),
    settleAll([hosts.jumphost], ({ exec }) => probeSegment(exec, plan, signal), signal),
  ]);
  const unchecked: Failure[] = [];
  const known = new Map<string, HostFacts>();
  const told = new Set([...state.failures, ...state.unseen].map(({ on }) => on));
  const missed = (host: Host, error: unknown): void => void (told.has(host.name) || unchecked.push(failureOf(host.name, error)));
  found.forEach((one, index) => {
    const { host } = looks[index]!;
    if (one.ok) known.set(host.name, one.value);
    else missed(host, one.error);
  });
  if (segment?.ok === false) missed(hosts.jumphost, segment.error);
  const dnsmasqRefusal = state.jumphost && (await refusalOf(hosts.jumphost, plan, state.jumphost, signal));
  const facts: LabFacts = { plan, state, hosts: known, segment: segment?.ok ? segment.value : undefined, dnsmasqRefusal };
  const findings = judge(facts);
  return { lab: plan.lab, ok: unchecked.length === 0 && !findings.some(({ severity }) => severity === 'error'), findings, unchecked };
}

/** What the catalogue says of a lab, errors first. */
export function judge(facts: LabFacts): CheckReport['findings'] {
  const findings = CHECKS.flatMap(({ id, severity, fix, find }) => find(facts).map((found) => ({ id, severity, fix, ...found })));
  return findings.toSorted((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}

async function refusalOf(host: Host, plan: LabPlan, jumphost: JumphostState, signal: AbortSignal): Promise<string | undefined> {
  try {
    await testConfiguration(host.exec, plan, plannedFiles(plan, jumphost), signal);
    return undefined;
  } catch (error) {
    if (isLabwrightError(error) && error.code === 'refused') return error.message;
    throw error;
  }
}
