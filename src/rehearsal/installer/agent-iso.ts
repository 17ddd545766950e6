import * as z from 'zod';

/**
 * What the stand-in installer writes instead of an ISO, and what a simulated machine that boots it gets: everything the
 * real image carries that the guests of a rehearsal act on.
 */
export const AgentIso = z.object({
  kind: z.literal('abi'),
  /** Of this installation, not of the name: a second image of one cluster is another one. */
  clusterId: z.uuid(),
  cluster: z.string(),
  baseDomain: z.string(),
  version: z.string(),
  rendezvousIP: z.string(),
  hosts: z.array(z.object({ hostname: z.string(), role: z.enum(['master', 'worker', 'arbiter']), mac: z.string(), diskSerial: z.string().optional() })),
  certificates: z.object({ ca: z.string(), cert: z.string(), key: z.string(), kubeconfig: z.string() }),
});
export type AgentIso = z.infer<typeof AgentIso>;
export type IsoHost = AgentIso['hosts'][number];

/** @returns undefined for an image of another kind. */
export function readAgentIso(content: Buffer): AgentIso | undefined {
  try {
    return AgentIso.safeParse(JSON.parse(content.toString())).data;
  } catch {
    return undefined;
  }
}
