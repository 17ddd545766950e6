import * as z from 'zod';
import { ClusterIdentity } from './ignition.ts';

/** What `create cluster` asks of its world, which plays the bootstrap VM and metal3: an installer has no machines of its own. */
export const InstallRequest = z.object({
  /** Its log grows here, in `.openshift_install.log`. */
  folder: z.string(),
  /** The step that started it, for the power log. */
  cause: z.string().nullable(),
  identity: ClusterIdentity,
  hosts: z.array(
    z.object({ name: z.string(), role: z.enum(['master', 'worker']), address: z.string(), username: z.string(), password: z.string(), disk: z.string() }),
  ),
});
export type InstallRequest = z.infer<typeof InstallRequest>;
