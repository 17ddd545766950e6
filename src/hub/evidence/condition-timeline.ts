import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { objectPath, type Condition, type KubeObject } from '../../kube/objects.ts';
import { allObjects, type ClusterObjects } from '../cluster-objects.ts';
import { conditionsOf, textAt } from '../read-object.ts';

/** One change of a condition, or of a state that objects keep outside their conditions, as a job saw it. */
export interface TimelineEntry {
  /** The job's time, milliseconds since the epoch. */
  readonly atMs: number;
  readonly object: string;
  /** The condition's type, or the path of the state: `provisioning.state`, `progress.currentStage`. */
  readonly condition: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** States that say more than any condition of their object. */
const STATES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  BareMetalHost: [['provisioning', 'state'], ['operationalStatus']],
  Agent: [
    ['debugInfo', 'state'],
    ['progress', 'currentStage'],
  ],
  AgentClusterInstall: [['debugInfo', 'state']],
};

/** The file of a job's folder that keeps its timeline, a JSON object a line. */
export function timelinePath(workDir: string): string {
  return join(workDir, 'conditions.jsonl');
}

/**
 * Writes what changed since the last look, also that of a step or process before: the file is the memory.
 *
 * Written synchronously, so that a rehearsal's time cannot pass meanwhile and the line is there when the process is killed.
 */
export function createTimeline(workDir: string, redact: (text: string) => string): (objects: ClusterObjects, nowMs: number) => void {
  const path = timelinePath(workDir);
  const last = new Map(readTimeline(path).map((entry) => [keyOf(entry), statementOf(entry)]));
  /** Objects are never changed in place: one that was looked at has nothing new to say. */
  const noted = new WeakSet<KubeObject>();
  return (objects, nowMs) => {
    const fresh = allObjects(objects).filter((object) => !noted.has(object));
    for (const object of fresh) noted.add(object);
    const changed = fresh
      .flatMap((object) => entriesOf(object, nowMs))
      .map((entry) => ({ ...entry, message: redact(entry.message) }))
      .filter((entry) => last.get(keyOf(entry)) !== statementOf(entry));
    if (changed.length === 0) return;
    for (const entry of changed) last.set(keyOf(entry), statementOf(entry));
    appendFileSync(path, changed.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 });
  };
}

/** A last line that a killed process did not finish is left out. */
function readTimeline(path: string): readonly TimelineEntry[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as TimelineEntry);
}

function entriesOf(object: KubeObject, atMs: number): readonly TimelineEntry[] {
  const conditions = conditionsOf(object).map(statement);
  const states = (STATES[object.kind] ?? []).map((way) => ({ condition: way.join('.'), status: textAt(object, 'status', ...way), reason: '', message: '' }));
  const said = [...conditions, ...states.filter(({ status }) => status !== '')];
  return said.map(({ condition, status, reason, message }) => ({ atMs, object: objectPath(object), condition, status, reason, message }));
}

/** Conditions of BareMetalHosts have no message. */
function statement({
  type,
  status,
  reason = '',
  message = '',
}: Pick<Condition, 'type' | 'status'> & Partial<Condition>): Omit<TimelineEntry, 'atMs' | 'object'> {
  return { condition: type, status, reason, message };
}

function keyOf({ object, condition }: TimelineEntry): string {
  return `${object} ${condition}`;
}

function statementOf({ status, reason, message }: TimelineEntry): string {
  return JSON.stringify([status, reason, message]);
}
