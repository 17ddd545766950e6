import type { LabPlan } from '../../lab/plan.ts';
import { httpStoreFiles } from '../../render/http-store-config.ts';
import { registryFiles } from '../../render/registry-config.ts';
import { shown, type Change } from '../changes/change.ts';
import { sushyToolsPaths } from '../bmc/sushy-tools.ts';
import { bridgeChanges } from '../changes/ground-changes.ts';
import { machinesOn } from '../changes/server-changes.ts';
import { observeBridge } from '../doors/bridge.ts';
import type { Host, LabHosts } from '../doors/lab-hosts.ts';
import { settleAll } from '../settle-all.ts';
import { failureOf, workOff, type ChangeResult, type Failure, type Progress } from '../work-off.ts';
import { observePreparation, type PrepareFacts } from './prepare-facts.ts';
import type { Requirement, Target } from './requirement.ts';
import { REQUIREMENTS, sysctlPath } from './requirements.ts';
import { httpStoreRequirement } from './http-store-requirement.ts';
import { registryRequirement } from './registry-requirement.ts';
import { sushyToolsRequirement } from './sushy-tools-requirement.ts';

export interface PrepareOptions {
  /** Names of hosts; empty for all. */
  readonly targets: readonly string[];
  /** Ids of requirements that somebody else sees to. */
  readonly skip: readonly string[];
  /** Port of the sushy-tools that each hypervisor is to have; undefined for none. */
  readonly sushyToolsPort?: number | undefined;
  /** Look only. */
  readonly check: boolean;
  readonly signal: AbortSignal;
}

export interface PrepareReport {
  readonly lab: string;
  readonly changes: readonly ChangeResult[];
  readonly failures: readonly Failure[];
}

/**
 * Makes the lab's servers hypervisors and its jumphost a jumphost, several hosts at once: each requirement is looked at,
 * made when it is missing, and looked at again. A second run changes nothing.
 *
 * Servers without planned VMs are left alone. The bridge comes last, with the rollback that `lab apply` has for it.
 */
export async function prepareLab(
  deps: { readonly hosts: LabHosts; readonly progress: Progress },
  plan: LabPlan,
  options: PrepareOptions,
): Promise<PrepareReport> {
  const { hosts, progress } = deps;
  const targets = targetsOf(plan).filter(({ host }) => options.targets.length === 0 || options.targets.includes(host));
  progress.stage(
    options.check ? 'Look' : 'Prepare',
    targets.map(({ host }) => host),
  );
  const results: ChangeResult[] = [];
  const failures: Failure[] = [];
  const settled = await settleAll(
    targets,
    async (target) => {
      const host = target.role === 'jumphost' ? hosts.jumphost : hosts.server(target.host);
      const done = options.check
        ? (await lacks(host, target, options)).map((change) => ({ ...shown(change), status: 'planned' }) as const)
        : await prepareHost(host, target, options, progress);
      results.push(...done);
      progress.ended(target.host, failuresIn(done)[0]?.message);
    },
    options.signal,
  );
  settled.forEach((one, index) => {
    if (!one.ok) failures.push(failureOf(targets[index]!.host, one.error));
  });
  return { lab: plan.lab, changes: results, failures: [...failures, ...failuresIn(results)] };
}

/** Of labs that want them from labwright. */
const SERVICES: readonly Requirement[] = [registryRequirement, httpStoreRequirement];

/** Hosts of the lab that are prepared, and as what. */
export function targetsOf(plan: LabPlan): readonly Target[] {
  const servers = plan.servers.filter(({ name }) => machinesOn(plan, name).length > 0);
  return [{ plan, host: plan.jumphost.name, role: 'jumphost' }, ...servers.map(({ name }): Target => ({ plan, host: name, role: 'hypervisor' }))];
}

/** Each requirement is judged by what those before it have made. */
export async function prepareHost(host: Host, target: Target, options: PrepareOptions, progress: Progress): Promise<ChangeResult[]> {
  const results: ChangeResult[] = [];
  const failed = (): boolean => failuresIn(results).length > 0;
  let facts = await look(host, target, options.signal);
  for (const requirement of requirementsFor(target, options)) {
    const change = changeFor(requirement, facts, target);
    if (!change) continue;
    results.push(...(await workOff(host, [change], progress, options.signal)));
    facts = await look(host, target, options.signal);
    const still = failed() ? undefined : requirement.missing(facts, target);
    if (still !== undefined) {
      const error = { on: host.name, code: 'refused', message: `${requirement.id} is still missing after it was made: ${still}` };
      results[results.length - 1] = { ...shown(change), status: 'failed', error };
    }
    if (failed()) break;
  }
  if (failed() || target.role === 'jumphost' || options.skip.includes('BRIDGE')) return results;
  results.push(...(await workOff(host, await bridgeOf(host, target, options.signal), progress, options.signal)));
  return results;
}

/** Everything that is missing on a host as it is. */
async function lacks(host: Host, target: Target, options: PrepareOptions): Promise<Change[]> {
  const facts = await look(host, target, options.signal);
  const changes = requirementsFor(target, options).flatMap((one) => changeFor(one, facts, target) ?? []);
  const bridge = target.role === 'jumphost' || options.skip.includes('BRIDGE') ? [] : await bridgeOf(host, target, options.signal);
  return [...changes, ...bridge];
}

function requirementsFor({ role }: Target, { skip, sushyToolsPort }: PrepareOptions): readonly Requirement[] {
  const further = sushyToolsPort === undefined ? SERVICES : [...SERVICES, sushyToolsRequirement(sushyToolsPort)];
  const all = [...REQUIREMENTS, ...further];
  return all.filter(({ id, roles }) => roles.includes(role) && !skip.includes(id));
}

function changeFor(requirement: Requirement, facts: PrepareFacts, target: Target): Change | undefined {
  const detail = requirement.missing(facts, target);
  if (detail === undefined) return undefined;
  const { id, consequence = 'none' } = requirement;
  return { action: 'create', kind: 'requirement', name: id, on: target.host, consequence, detail, act: requirement.make(facts, target) };
}

async function bridgeOf({ exec }: Host, { plan, host }: Target, signal: AbortSignal): Promise<Change[]> {
  return bridgeChanges(plan, host, { bridge: await observeBridge(exec, plan, host, signal), networks: [] });
}

function look({ exec }: Host, target: Target, signal: AbortSignal): Promise<PrepareFacts> {
  const { plan, host } = target;
  const nic = target.role === 'jumphost' ? plan.jumphost.nic : plan.servers.find(({ name }) => name === host)!.nic;
  const { venv, config } = sushyToolsPaths(plan);
  const registry = { folder: registryFiles(plan).folder, port: plan.jumphost.services.registry?.port ?? 0 };
  const httpStore = { config: httpStoreFiles(plan).config, port: plan.jumphost.services.httpStore?.port ?? 0 };
  return observePreparation(
    exec,
    { sysctlFile: sysctlPath(target), nic, emulator: `${venv}/bin/sushy-emulator`, emulatorConfig: config, registry, httpStore },
    signal,
  );
}

function failuresIn(results: readonly ChangeResult[]): Failure[] {
  return results.flatMap((one) => (one.status === 'failed' ? [one.error] : []));
}
