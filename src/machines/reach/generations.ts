import { claimOf, type ClaimsFile } from '../../lab/claims/claims-file.ts';
import type { LabPlan } from '../../lab/plan.ts';
import { holderOf } from '../../render/holder-of.ts';
import { observeDomains } from '../changes/server-state.ts';
import type { LabHosts } from '../doors/lab-hosts.ts';
import { readInstallations } from './installations.ts';
import { settleAll } from '../settle-all.ts';

/**
 * Which system of each machine this is, as a word: `g3` for a VM that was reset twice, `metal` for bare metal; with `c7` when
 * the claim with that number holds it, and with `i1795541495` when a job installed it, at that time. Another word has other
 * host keys. A VM whose server does not answer, or that does not exist, has none.
 *
 * @throws LabwrightError `unreachable` when the jumphost, which nodes are reached through, does not answer.
 */
export async function observeGenerations(
  hosts: Pick<LabHosts, 'server' | 'jumphost'>,
  { plan, claims }: { readonly plan: LabPlan; readonly claims: ClaimsFile },
  machines: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (machines.size === 0) return new Map();
  const wanted = plan.machines.filter(({ name }) => machines.has(name));
  const servers = [...new Set(wanted.flatMap(({ kind, server }) => (kind === 'vm' ? [server] : [])))];
  const [found, installed] = await Promise.all([
    settleAll(servers, (name) => observeDomains(hosts.server(name).exec, signal), signal),
    readInstallations(hosts.jumphost.exec, plan, signal),
  ]);
  const domains = new Map(found.flatMap((one) => (one.ok ? one.value.map((domain) => [domain.uuid, domain.generation] as const) : [])));
  const words = wanted.flatMap(({ name, kind, uuid }): (readonly [string, string])[] => {
    const generation = domains.get(uuid);
    if (kind === 'vm' && generation === undefined) return [];
    const holder = holderOf(plan, name)?.cluster.name;
    const fence = holder === undefined ? undefined : claimOf(claims, holder)?.fence;
    const mark = installed.get(name);
    const parts = [
      generation === undefined ? 'metal' : `g${generation}`,
      ...(fence === undefined ? [] : [`c${fence}`]),
      ...(mark === undefined ? [] : [`i${mark}`]),
    ];
    return [[name, parts.join('-')]];
  });
  return new Map(words);
}
