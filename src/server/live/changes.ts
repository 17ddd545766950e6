import { EventEmitter, once } from 'node:events';
import { Client, type Pool } from 'pg';
import { realSleep } from '../../util/clock.ts';
import { messageOf } from '../../util/errors.ts';
import type { Log } from '../../util/log.ts';
import type { Sql } from '../../db/transaction.ts';

/** What may have changed: the jobs a lab can be given, a run, or a branch that somebody follows. */
export type Change = { readonly kind: 'commits' } | { readonly kind: 'jobs'; readonly remoteciId: string } | { readonly kind: 'run'; readonly runId: string };

/**
 * Tells this process what any process changed in the database (LISTEN/NOTIFY). A hint only: notifications can be lost with
 * their connection, so whoever waits also looks again now and then.
 */
export interface Changes extends AsyncDisposable {
  /** Resolves at the next change of this kind and id, or after `timeoutMs`; rejects when `signal` is aborted. */
  wait(change: Change, timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Calls `listener` at each change until the returned function is called. */
  subscribe(change: Change, listener: () => void): () => void;
}

const channel = 'labwright';

/** Sends with the transaction: readers are told when they can see it. */
export async function notify(sql: Sql, change: Change): Promise<void> {
  await sql.query('select pg_notify($1, $2)', [channel, nameOf(change)]);
}

export async function listenForChanges(pool: Pool, log: Log): Promise<Changes> {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  const closing = new AbortController();
  const first = await connect();
  const kept = keepListening(first);
  return {
    wait(change, timeoutMs, signal) {
      const heard = new AbortController();
      const ended = AbortSignal.any([signal, heard.signal]);
      const timeout = realSleep(timeoutMs, ended);
      const event = once(emitter, nameOf(change), { signal: ended }).then(() => undefined);
      // Both are settled when one is; the loser's rejection is not news.
      return Promise.race([timeout, event]).finally(() => {
        heard.abort();
        for (const one of [timeout, event]) one.catch(() => undefined);
      });
    },
    subscribe(change, listener) {
      emitter.on(nameOf(change), listener);
      return () => emitter.off(nameOf(change), listener);
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await kept;
    },
  };

  async function connect(): Promise<Client> {
    const client = new Client(pool.options);
    client.on('notification', ({ payload }) => emitter.emit(payload ?? ''));
    await client.connect();
    await client.query(`listen ${channel}`);
    return client;
  }

  async function keepListening(client: Client): Promise<void> {
    let current: Client | undefined = client;
    while (!closing.signal.aborted) {
      try {
        current ??= await connect();
        await once(current, 'end', { signal: closing.signal }); // Rejects on 'error' too.
      } catch (error) {
        if (!closing.signal.aborted) log.warn({ reason: messageOf(error) }, 'listening for changes was interrupted');
      }
      await current?.end().catch(() => undefined);
      current = undefined;
      await realSleep(1000, closing.signal).catch(() => undefined);
    }
  }
}

function nameOf(change: Change): string {
  if (change.kind === 'commits') return 'commits';
  return change.kind === 'jobs' ? `jobs ${change.remoteciId}` : `run ${change.runId}`;
}
