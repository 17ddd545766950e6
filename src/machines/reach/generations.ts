import { claimOf, type ClaimsFile } from '../../lab/claims/claims-file.ts';
import type { LabPlan } from '../../lab/plan.ts';
import { holderOf } from '../../render/holder-of.ts';
import { observeDomains } from '../changes/server-state.ts';
import type { LabHosts } from '../doors/lab-hosts.ts';
import { settleAll } from '../settle-all.ts';

/**
 * Which installation of each machine this is, as a word: `g3` for a VM that was reset twice, with `c7` when the claim with
 * that number holds it. Another one has other host keys. A VM whose server does not answer, or that does not exist, has none.
 */
export async function observeGenerations(
  hosts: LabHosts,
  { plan, claims }: { readonly plan: LabPlan; readonly claims: ClaimsFile },
  machines: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const wanted = plan.machines.filter(({ name }) => machines.has(name));
  const servers = [...new Set(wanted.flatMap(({ kind, server }) => (kind === 'vm' ? [server] : [])))];
  const found = await settleAll(servers, (name) => observeDomains(hosts.server(name).exec, signal), signal);
  const domains = new Map(found.flatMap((one) => (one.ok ? one.value.map((domain) => [domain.uuid, domain.generation] as const) : [])));
  const words = wanted.flatMap(({ name, kind, uuid }): (readonly [string, string])[] => {
    const generation = domains.get(uuid);
    if (kind === 'vm' && generation === undefined) return [];
    const holder = holderOf(plan, name)?.cluster.name;
    const fence = holder === undefined ? undefined : claimOf(claims, holder)?.fence;
    return [[name, `${generation === undefined ? 'metal' : `g${generation}`}${fence === undefined ? '' : `-c${fence}`}`]];
  });
  return new Map(words);
}
