import { DatabaseSync } from 'node:sqlite';
import { JobSpec, type Lease } from '../contract/agent.ts';
import { SYNCHRONOUS, type Survives } from '../runner/journal.ts';
import { newUuid } from '../util/ids.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS agent (instance TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS leases (job_id TEXT PRIMARY KEY, spec TEXT NOT NULL, fence INTEGER NOT NULL, sent_seq INTEGER NOT NULL DEFAULT 0) STRICT;
`;

/** A job this agent holds: from its lease until everything about it has reached the server, or the lease is lost. */
export interface HeldJob {
  readonly job: JobSpec;
  readonly fence: number;
  /** Number of the last event the server has. */
  readonly sentSeq: number;
}

/** Owns what an agent must know again after it was killed: who it is, which jobs it holds, what of them was sent. */
export class AgentStore {
  readonly #db: DatabaseSync;
  readonly #specs = new Map<string, JobSpec>();
  /** The same for every process on this data directory. */
  readonly instance: string;

  constructor(path: string, survives: Survives = 'power-loss') {
    // Waiting from the first statement on, as the journal does.
    this.#db = new DatabaseSync(path, { timeout: 5000 });
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${SYNCHRONOUS[survives]}`);
    this.#db.exec(SCHEMA);
    this.#db.prepare('INSERT INTO agent SELECT ? WHERE NOT EXISTS (SELECT 1 FROM agent)').run(newUuid());
    this.instance = String(this.#db.prepare('SELECT instance FROM agent').get()!['instance']);
  }

  /** Enters a lease, or a newer fence of one that is held already. */
  hold({ job, fence }: Pick<Lease, 'job' | 'fence'>): void {
    this.#db
      .prepare('INSERT INTO leases (job_id, spec, fence) VALUES (?, ?, ?) ON CONFLICT (job_id) DO UPDATE SET fence = excluded.fence, spec = excluded.spec')
      .run(job.jobId, JSON.stringify(job), fence);
  }

  held(): HeldJob[] {
    const rows = this.#db.prepare('SELECT spec, fence, sent_seq FROM leases ORDER BY rowid').all();
    return rows.map((row) => ({ job: this.#read(String(row['spec'])), fence: Number(row['fence']), sentSeq: Number(row['sent_seq']) }));
  }

  /** Asked for with every batch of events: a spec that was read once is not read again. */
  #read(text: string): JobSpec {
    const spec = this.#specs.get(text) ?? JobSpec.parse(JSON.parse(text));
    this.#specs.set(text, spec);
    return spec;
  }

  sent(jobId: string, seq: number): void {
    this.#db.prepare('UPDATE leases SET sent_seq = max(sent_seq, ?) WHERE job_id = ?').run(seq, jobId);
  }

  /** The job's spec holds secrets, so it goes with the lease. */
  release(jobId: string): void {
    this.#db.prepare('DELETE FROM leases WHERE job_id = ?').run(jobId);
    for (const [text, spec] of this.#specs) if (spec.jobId === jobId) this.#specs.delete(text);
  }

  close(): void {
    this.#db.close();
  }
}
