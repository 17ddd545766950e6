import * as z from 'zod';

/** Whether a job's clusters have a way out of their lab. `disconnected`: images come from the lab's own registry and HTTP store, and nothing outside is contacted. */
export const Network = z.enum(['connected', 'disconnected']);

export const NetworkKeys = z.object({ network: Network.default('connected') });
