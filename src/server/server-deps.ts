import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
import type { Clock } from '../util/clock.ts';
import type { Log } from '../util/log.ts';
import type { Artefacts } from './artefacts/artefacts.ts';
import type { Passwords } from './auth/passwords.ts';
import type { Changes } from './live/changes.ts';

/** What every route may use. */
export interface ServerDeps {
  readonly pool: Pool;
  readonly kysely: Kysely<unknown>;
  readonly log: Log;
  /** Wall time: signatures are checked against it. Leases use the database's time, which all replicas share. */
  readonly clock: Clock;
  readonly artefacts: Artefacts;
  readonly passwords: Passwords;
  readonly changes: Changes;
  /** Lets a browser see the job page; see page/README.md. */
  readonly pageToken: string;
  /** What Git hosts sign their webhooks with. */
  readonly hookSecret: string;
  /** How long a job stays with an agent that is not heard of. */
  readonly leaseTermMs: number;
  /** Aborted when the server closes: ends long polls and event streams. */
  readonly closing: AbortSignal;
}
