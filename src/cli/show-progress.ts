import { Listr, type ListrTaskWrapper } from 'listr2';
import type { Progress } from '../machines/work-off.ts';

/** A tree on a terminal; elsewhere plain lines on stderr, since a redirected stdout belongs to the report. */
export function showProgress(): Progress & AsyncDisposable & { readonly end: () => Promise<void> } {
  const progress = process.stdout.isTTY && process.stderr.isTTY ? new Tree() : new Lines();
  return Object.assign(progress, { [Symbol.asyncDispose]: () => progress.end() });
}

class Lines implements Progress {
  readonly stage = (title: string, hosts: readonly string[]): void => {
    if (hosts.length > 0) process.stderr.write(`${title}: ${hosts.join(', ')}\n`);
  };
  readonly line = (host: string, text: string): void => void process.stderr.write(`  ${host}: ${text}\n`);
  readonly ended = (host: string, failure: string | undefined): void => {
    if (failure !== undefined) process.stderr.write(`  ${host}: failed: ${failure}\n`);
  };
  readonly end = (): Promise<void> => Promise.resolve();
}

type Task = ListrTaskWrapper<unknown, never, never>;

interface Running {
  task?: Task;
  readonly done: PromiseWithResolvers<void>;
}

/** One listr per stage; a host's task lasts until the host has ended. */
class Tree implements Progress {
  #shown: Promise<unknown> = Promise.resolve();
  #running = new Map<string, Running>();

  readonly stage = (title: string, hosts: readonly string[]): void => {
    this.#finish();
    if (hosts.length === 0) return;
    const running = new Map<string, Running>(hosts.map((host) => [host, { done: Promise.withResolvers<void>() }]));
    this.#running = running;
    // A host may fail before its task is shown.
    for (const { done } of running.values()) done.promise.catch(() => undefined);
    const tasks = hosts.map((host) => ({
      title: host,
      task: (_context: unknown, task: unknown): Promise<void> => {
        const mine = running.get(host)!;
        mine.task = task as Task;
        return mine.done.promise;
      },
    }));
    const before = this.#shown;
    const tree = new Listr([{ title, task: (_context, task) => task.newListr(tasks, { concurrent: true, exitOnError: false }) }], {
      exitOnError: false,
      rendererOptions: { collapseSubtasks: false },
    });
    this.#shown = before.then(() => tree.run()).catch(() => undefined);
  };

  readonly line = (host: string, text: string): void => {
    const task = this.#running.get(host)?.task;
    if (task) task.output = text;
  };

  readonly ended = (host: string, failure: string | undefined): void => {
    const done = this.#running.get(host)?.done;
    if (failure === undefined) done?.resolve();
    else done?.reject(new Error(failure));
  };

  readonly end = async (): Promise<void> => {
    this.#finish();
    await this.#shown;
  };

  #finish(): void {
    for (const { done } of this.#running.values()) done.resolve();
    this.#running = new Map();
  }
}
