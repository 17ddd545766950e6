import type { Client } from '../client/create-client.ts';

/** What an agent asks its control server. Any call may throw `unreachable`; the agent asks again. */
export type ControlServer = Pick<Client, 'registerAgent' | 'leaseJob' | 'heartbeat' | 'sendEvents'>;

export type Registration = Awaited<ReturnType<ControlServer['registerAgent']>>;
