import type { KubeObject } from '../../../kube/objects.ts';

export interface WaitDeps {
  /** `KIND/NAME` */
  readonly get: (object: string) => Promise<KubeObject | undefined>;
  /** Mutating requests so far. */
  readonly requests: () => number;
  /** Simulated milliseconds since the start. */
  readonly elapsed: () => number;
  readonly until: (condition: () => boolean | Promise<boolean>, limitS?: number) => Promise<void>;
}

/** The `wait` steps of a script, by their text (README-hub.md). */
export function waiter({ get, requests, elapsed, until }: WaitDeps): (text: string, atMostS: number | undefined) => Promise<void> {
  const condition = (text: string): (() => boolean | Promise<boolean>) => {
    const quiet = /^nothing changes for (\d+) s$/.exec(text)?.[1];
    if (quiet !== undefined) return quietFor(Number(quiet) * 1000);
    const state = /^cluster is (\S+)$/.exec(text)?.[1];
    if (state !== undefined) return async () => stateOf(await get('AgentClusterInstall/spoke')) === state;
    const [object = '', ...rest] = text.split(' ');
    const wanted = rest.join(' ');
    if (wanted === 'has its image') return async () => statusOf(await get(object))['isoDownloadURL'] !== undefined;
    if (wanted === 'has its cluster') return async () => stateOf(await get(object)) !== undefined;
    if (wanted === 'is gone') return async () => (await get(object)) === undefined;
    if (wanted === 'is provisioned')
      return async () => (statusOf(await get(object))['provisioning'] as { state?: string } | undefined)?.state === 'provisioned';
    const agentState = /^is (\S+)$/.exec(wanted)?.[1];
    if (agentState !== undefined) return async () => stateOf(await get(object)) === agentState;
    const [, type, status, reason] = /^(\w+)=(\w+)(?: reason (\w+))?$/.exec(wanted) ?? [];
    if (type === undefined) throw new Error(`unknown wait: ${text}`);
    return async () => {
      const conditions = (statusOf(await get(object))['conditions'] ?? []) as readonly { type: string; status: string; reason: string }[];
      const found = conditions.find((one) => one.type === type);
      return found?.status === status && (reason === undefined || found?.reason === reason);
    };
  };
  const quietFor = (ms: number): (() => boolean) => {
    let last = requests();
    let sinceMs = elapsed();
    return () => {
      if (requests() !== last) [last, sinceMs] = [requests(), elapsed()];
      return elapsed() - sinceMs >= ms;
    };
  };
  return (text, atMostS) => until(condition(text), atMostS);
}

function statusOf(object: KubeObject | undefined): Readonly<Record<string, unknown>> {
  return (object?.['status'] ?? {}) as Readonly<Record<string, unknown>>;
}

function stateOf(object: KubeObject | undefined): string | undefined {
  return (statusOf(object)['debugInfo'] as { state?: string } | undefined)?.state;
}
