import * as z from 'zod';
import type { LabPlan } from '../../lab/plan.ts';
import { FAULTS, type FaultName } from '../faults.ts';

/** What a world is made of: plain data, written to a file for the process that plays it. */
export const WorldSpec = z.object({
  plan: z.custom<LabPlan>((value) => typeof value === 'object' && value !== null && 'machines' in value),
  /** The lab's secret that BMC passwords are derived from: see machineCredentials. */
  bmcSecret: z.string().min(1),
  seed: z.union([z.number(), z.string()]),
  /** At most so many simulated seconds per real one; null: as fast as everybody gets ready. */
  speed: z.number().positive().nullable(),
  faults: z.array(
    z.object({
      name: z.enum(Object.keys(FAULTS) as [FaultName, ...FaultName[]]),
      cluster: z.string().optional(),
      node: z.string().optional(),
    }),
  ),
  /** Folder of real CustomResourceDefinitions; null: ours. */
  crdsDir: z.string().nullable(),
  /** Hubs that are there from the start, by cluster name. */
  hubs: z.array(z.string()),
  /** Versions of the releases that the registry inside has; without any there is none. */
  mirrored: z.array(z.string()).default([]),
  /** Files of the sites repository, by path; without any there is no Git host. */
  sites: z.record(z.string(), z.string()).default({}),
});
export type WorldSpec = z.infer<typeof WorldSpec>;
