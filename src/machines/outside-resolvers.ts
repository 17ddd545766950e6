import type { LabPlan } from '../lab/plan.ts';

/** The resolvers of a jumphost that know names outside the lab: not those that are itself. */
export function outsideResolvers(
  { jumphost }: Pick<LabPlan, 'jumphost'>,
  state: { readonly nicAddresses: readonly string[] | undefined; readonly resolvers: readonly string[] },
): string[] {
  const own = new Set([jumphost.address, jumphost.address6, ...(state.nicAddresses ?? [])]);
  return state.resolvers.filter((resolver) => !own.has(resolver) && !resolver.startsWith('127.') && resolver !== '::1');
}
