import * as z from 'zod';

/** How a cluster is brought to another release: on itself, or through its hub by TALM's roll-outs or by a ClusterCurator each. */
export const UpgradeDriver = z.enum(['direct', 'talm', 'curator']);
export type UpgradeDriver = z.infer<typeof UpgradeDriver>;

/** What a job's definition says of several clusters and of upgrades; whatever else is in it. */
export const RolloutKeys = z.object({
  /** Left out: what the hub offers. */
  driver: UpgradeDriver.optional(),
  /** More clusters of the same hub; `cluster` is the first of them. */
  clusters: z.array(z.string().min(1)).min(1).optional(),
  /** Clusters that go first, one by one. */
  canaries: z.array(z.string().min(1)).default([]),
  /** How many of the others go at a time. */
  max_concurrency: z.number().int().min(1).default(1),
});
export type RolloutKeys = z.infer<typeof RolloutKeys>;
