import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { JobError, JobEvent } from '../contract/agent.ts';
import { LabwrightError } from '../util/errors.ts';
import { newUuid } from '../util/ids.ts';
import type { Memory } from '../util/step.ts';
import type { JournaledEvent, RunState, StepState } from './run-engine.ts';

const VERSION = 1;

const SCHEMA = `
  CREATE TABLE runs (id TEXT PRIMARY KEY, started_ms REAL NOT NULL, memory TEXT NOT NULL, cancel_reason TEXT, status TEXT NOT NULL, error TEXT) STRICT;
  CREATE TABLE steps (run_id TEXT NOT NULL REFERENCES runs, position INTEGER NOT NULL, id TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (run_id, id)) STRICT;
  CREATE TABLE events (run_id TEXT NOT NULL REFERENCES runs, seq INTEGER NOT NULL, id TEXT NOT NULL UNIQUE, at_ms REAL NOT NULL, event TEXT NOT NULL, PRIMARY KEY (run_id, seq)) STRICT;
  PRAGMA user_version = ${VERSION};
`;

/** In WAL mode NORMAL loses the last commits with the computer's power, never with a process. */
export const SYNCHRONOUS = { 'power-loss': 'FULL', 'process-end': 'NORMAL' } as const;
export type Survives = keyof typeof SYNCHRONOUS;

/** What one entry changes besides adding its event; all of it is written, or nothing. */
export interface Change {
  readonly step?: StepState;
  readonly memory?: Memory;
  readonly end?: { readonly status: RunState['status']; readonly error: JobError | null };
}

/** Owns the database in which runs survive their process. Every write is on the disk when its method returns. */
export class Journal {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * @param survives what a write is safe from when its method returns: a loss of power, or (five times faster) only the end of
   * this process, for who has nothing to go on with after a loss of power.
   * @throws LabwrightError `conflict` when a newer labwright wrote the file.
   */
  constructor(path: string, survives: Survives = 'power-loss') {
    // Waiting from the first statement on: the one to WAL already needs a lock, which a reader that finds the log of a killed process may hold.
    this.#db = new DatabaseSync(path, { timeout: 5000 });
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${SYNCHRONOUS[survives]}; PRAGMA foreign_keys = ON`);
    const version = Number(this.#prepared('PRAGMA user_version').get()!['user_version']);
    if (version > VERSION) {
      this.#db.close();
      throw new LabwrightError('conflict', `${path} has version ${version}, this labwright knows ${VERSION}`, {
        hint: 'run the newer labwright, or move the file away',
      });
    }
    if (version === 0) this.#atomically(() => this.#db.exec(SCHEMA));
  }

  /** Enters a run with its steps; one that is there already is left as it is. @returns whether it is new. */
  open(runId: string, stepIds: readonly string[], memory: Memory, atMs: number): boolean {
    return this.#atomically(() => {
      const added = this.#prepared(`INSERT INTO runs (id, started_ms, memory, status) VALUES (?, ?, ?, 'running') ON CONFLICT DO NOTHING`).run(
        runId,
        atMs,
        JSON.stringify(memory),
      );
      const insert = this.#prepared('INSERT INTO steps (run_id, position, id, state) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING');
      stepIds.forEach((id, position) => insert.run(runId, position, id, JSON.stringify({ id, status: 'pending' })));
      return added.changes === 1;
    });
  }

  /** Adds an event and what it changes in one transaction. */
  append(runId: string, atMs: number, event: JobEvent, change: Change = {}): JournaledEvent {
    return this.#atomically(() => {
      const seq = Number(this.#prepared('SELECT coalesce(max(seq), 0) + 1 AS next FROM events WHERE run_id = ?').get(runId)!['next']);
      const entry: JournaledEvent = { id: newUuid(), runId, seq, atMs, event };
      this.#prepared('INSERT INTO events (run_id, seq, id, at_ms, event) VALUES (?, ?, ?, ?, ?)').run(runId, seq, entry.id, atMs, JSON.stringify(event));
      const { step, memory, end } = change;
      if (step) this.#prepared('UPDATE steps SET state = ? WHERE run_id = ? AND id = ?').run(JSON.stringify(step), runId, step.id);
      if (memory) this.remember(runId, memory);
      if (end) this.#prepared('UPDATE runs SET status = ?, error = ? WHERE id = ?').run(end.status, JSON.stringify(end.error), runId);
      return entry;
    });
  }

  /** Adds to a run's memory. */
  remember(runId: string, memory: Memory): void {
    for (const [name, value] of Object.entries(memory)) {
      const added = JSON.stringify({ ...this.memory(runId), [name]: value });
      this.#prepared('UPDATE runs SET memory = ? WHERE id = ?').run(added, runId);
    }
  }

  memory(runId: string): Memory {
    return JSON.parse((this.#run(runId)?.['memory'] as string | undefined) ?? '{}') as Memory;
  }

  startedMs(runId: string): number {
    return Number(this.#run(runId)?.['started_ms']);
  }

  requestCancel(runId: string, reason: string): void {
    this.#prepared('UPDATE runs SET cancel_reason = coalesce(cancel_reason, ?) WHERE id = ?').run(reason, runId);
  }

  cancelReason(runId: string): string | undefined {
    const reason = this.#run(runId)?.['cancel_reason'];
    return typeof reason === 'string' ? reason : undefined;
  }

  state(runId: string): RunState | undefined {
    const run = this.#run(runId);
    if (!run) return undefined;
    const rows = this.#prepared('SELECT state FROM steps WHERE run_id = ? ORDER BY position').all(runId);
    const steps = rows.map((row) => JSON.parse(String(row['state'])) as StepState);
    const status = run['status'] as RunState['status'];
    const memory = this.memory(runId);
    if (status === 'running' || status === 'success') return { status, steps, memory };
    return { status, steps, memory, error: JSON.parse(String(run['error'])) as JobError };
  }

  events(runId: string, afterSeq: number): JournaledEvent[] {
    const rows = this.#prepared('SELECT id, seq, at_ms, event FROM events WHERE run_id = ? AND seq > ? ORDER BY seq').all(runId, afterSeq);
    return rows.map((row) => ({
      id: String(row['id']),
      runId,
      seq: Number(row['seq']),
      atMs: Number(row['at_ms']),
      event: JSON.parse(String(row['event'])) as JobEvent,
    }));
  }

  /** Empties the outputs of a run, which are secrets as a rule, and its files once they are stored elsewhere. */
  forgetOutputs(runId: string): void {
    this.#prepared(`UPDATE events SET event = json_set(event, '$.content', '') WHERE run_id = ? AND event ->> 'type' IN ('output', 'file')`).run(runId);
  }

  close(): void {
    this.#db.close();
  }

  #prepared(sql: string): StatementSync {
    const found = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, found);
    return found;
  }

  #run(runId: string): Record<string, unknown> | undefined {
    return this.#prepared('SELECT * FROM runs WHERE id = ?').get(runId);
  }

  #atomically<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}
