import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Registration } from '../../agent/control-server.ts';
import type { LabDoors } from '../../agent/lab-doors.ts';
import { runAgent } from '../../agent/run-agent.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { createClient, type Client } from '../../client/create-client.ts';
import { actionFor } from '../../hub/actions.ts';
import type { LabPlan } from '../../lab/plan.ts';
import type { ClaimsStore } from '../../machines/claims-store.ts';
import type { FollowClaim } from '../../machines/follow-claim.ts';
import { ensureAdmin, ensureLab, type LabCredentials } from '../../server/bootstrap/ensure-bootstrap.ts';
import { startServer, type RunningServer } from '../../server/start-server.ts';
import type { Log } from '../../util/log.ts';

export interface HouseOptions {
  readonly dataDir: string;
  /** 0: any free one. */
  readonly port: number;
  readonly log: Log;
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default: DATABASE_URL, else the embedded one. */
  readonly databaseUrl?: string | undefined;
}

/** A control server that runs in this process. */
export interface House extends AsyncDisposable {
  readonly server: RunningServer;
  /** Lets an agent of a lab in: its team and remoteci are made when absent. */
  admit(lab: string): Promise<{ readonly client: Client; readonly credentials: LabCredentials }>;
}

/**
 * Opens a control server with an embedded database (or that of DATABASE_URL) and its first administrator, whose password
 * is in `admin-password` of the data directory.
 */
export async function openHouse({ dataDir, port, host, log, databaseUrl = process.env['DATABASE_URL'] }: HouseOptions): Promise<House> {
  const server = await startServer({ dataDir, port, host, log, databaseUrl });
  try {
    const password = await ensureAdmin(server.deps);
    if (password !== undefined) await writeFile(join(dataDir, 'admin-password'), `${password}\n`, { mode: 0o600 });
  } catch (error) {
    await server.close();
    throw error;
  }
  return {
    server,
    async admit(lab) {
      const credentials = await ensureLab(server.deps, { name: lab, team: lab });
      const client = createClient({
        url: server.url,
        credentials: { kind: 'remoteci', id: credentials.remoteciId, secret: credentials.apiSecret },
      });
      return { client, credentials };
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

export interface HousedAgent {
  readonly client: Client;
  readonly plan: LabPlan;
  readonly doors: LabDoors;
  readonly labSecret: string;
  readonly claims: ClaimsStore;
  readonly followClaim?: FollowClaim;
  readonly onRegistered?: (registration: Registration) => void;
}

/** Runs the lab's agent in this process until the signal is aborted. */
export function runHousedAgent({ dataDir, log }: Pick<HouseOptions, 'dataDir' | 'log'>, agent: HousedAgent, signal: AbortSignal): Promise<void> {
  const { client, ...rest } = agent;
  return runAgent({ ...rest, server: client, findAction: actionFor, dataDir: agentDir(dataDir), version: packageJson.version, log }, signal);
}

/** Where an agent keeps its journal, leases and secrets. */
export function agentDir(dataDir: string): string {
  return join(dataDir, 'agent');
}

/** PostgreSQL runs under another account when we are root, so that the folder itself is open to look through. */
export async function makeDataDir(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
  await mkdir(agentDir(path), { recursive: true, mode: 0o700 });
}
