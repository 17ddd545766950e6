import { isLabwrightError, messageOf } from '../util/errors.ts';
import { shown, type Change } from './changes/change.ts';
import type { Host } from './doors/lab-hosts.ts';

/** Told what happens, as it happens, host by host. */
export interface Progress {
  /** A stage of several hosts begins: "Servers". */
  readonly stage: (title: string, hosts: readonly string[]) => void;
  readonly line: (host: string, text: string) => void;
  readonly ended: (host: string, failure: string | undefined) => void;
}

/** For work whose changes are told by other means. */
export const SILENT: Progress = { stage: () => undefined, line: () => undefined, ended: () => undefined };

export type ChangeResult = ReturnType<typeof shown> &
  (
    | { readonly status: 'planned' | 'done' }
    | { readonly status: 'failed'; readonly error: Failure }
    /** Not tried: something it needs failed, or it was not asked for. */
    | { readonly status: 'skipped'; readonly reason: string }
  );

export interface Failure {
  /** Where: a server's name or the jumphost's. */
  readonly on: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Works off a host's changes, one after another. A machine's failure ends that machine's changes, a host's all of them. */
export async function workOff(host: Host, changes: readonly Change[], progress: Progress, signal: AbortSignal): Promise<ChangeResult[]> {
  const results: ChangeResult[] = [];
  const broken = new Map<string | undefined, string>();
  for (const change of changes) {
    const blocker = broken.get(undefined) ?? broken.get(change.machine);
    if (blocker !== undefined) {
      results.push({ ...shown(change), status: 'skipped', reason: `after the failure of ${blocker}` });
      continue;
    }
    progress.line(host.name, `${change.action} ${change.kind} ${change.name}: ${change.detail}`);
    try {
      await change.act(host, signal);
      results.push({ ...shown(change), status: 'done' });
    } catch (error) {
      signal.throwIfAborted();
      const whole = change.machine === undefined || (isLabwrightError(error) && error.code === 'unreachable');
      broken.set(whole ? undefined : change.machine, `${change.kind} ${change.name}`);
      results.push({ ...shown(change), status: 'failed', error: failureOf(host.name, error) });
    }
  }
  return results;
}

export function failureOf(on: string, error: unknown): Failure {
  if (!isLabwrightError(error)) return { on, code: 'internal', message: messageOf(error) };
  return { on, code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
}
