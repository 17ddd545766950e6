import type { LabPlan } from './plan.ts';

/** Images by digest that the lab's registry has to hold beside those of releases: what the lab file names, and what its hubs run. */
export function mirroredImages({ jumphost, clusters }: LabPlan): readonly string[] {
  const named = jumphost.services.registry?.additionalImages ?? [];
  return [...new Set([...named, ...clusters.flatMap(({ gitea }) => (gitea ? [gitea.image] : []))])];
}
