import { randomUUID } from 'node:crypto';
import { realSleep } from '../../util/clock.ts';

/** An action that took longer than its request could be held. */
export interface Task {
  readonly id: string;
  /** Id of the machine it is for. */
  readonly system: string;
  /** In few words. */
  readonly what: string;
  /** Redfish Task.TaskState. */
  readonly state: 'Running' | 'Completed' | 'Exception';
  /** What it threw. */
  readonly failure: unknown;
}

export interface Tasks {
  /**
   * Waits for work, but no longer than clients do.
   *
   * @returns undefined when it is done, else the task that goes on. Throws what the work throws in that time.
   */
  hold(about: Pick<Task, 'system' | 'what'>, work: Promise<void>): Promise<Task | undefined>;
  find(id: string): Task | undefined;
}

/** Clients forget a task once they know its end; this many are kept for those that ask late. */
const KEPT = 200;

/** Keeps the actions that go on after their request was answered. Their number, not their age, is bounded. */
export function createTasks(holdMs: number): Tasks {
  const tasks = new Map<string, Task>();

  function forgetOldest(): void {
    for (const { id, state } of tasks.values()) {
      if (tasks.size <= KEPT) return;
      if (state !== 'Running') tasks.delete(id);
    }
  }

  return {
    async hold(about, work) {
      const enough = new AbortController();
      const late = realSleep(holdMs, enough.signal).then(() => 'late' as const);
      late.catch(() => undefined);
      try {
        if ((await Promise.race([work, late])) !== 'late') return undefined;
      } finally {
        enough.abort();
      }
      const task: Task = { ...about, id: randomUUID(), state: 'Running', failure: undefined };
      tasks.set(task.id, task);
      forgetOldest();
      work.then(
        () => tasks.set(task.id, { ...task, state: 'Completed' }),
        (failure: unknown) => tasks.set(task.id, { ...task, state: 'Exception', failure }),
      );
      return task;
    },
    find: (id) => tasks.get(id),
  };
}
