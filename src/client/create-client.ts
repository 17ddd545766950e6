import * as agent from '../contract/agent.ts';
import type { RouteContract } from '../contract/route.ts';
import { getFileContent } from '../contract/dci/files.ts';
import * as runs from '../contract/runs.ts';
import { systemClock, type Clock } from '../util/clock.ts';
import { callRoute, pathOf, send, type CallInput } from './call-route.ts';
import { followRun, type RunUpdate } from './follow-run.ts';
import type { Credentials } from './sign-request.ts';

export interface ClientOptions {
  /** Where the control server is, without a path: `http://127.0.0.1:5000`. */
  readonly url: string;
  readonly credentials: Credentials;
  readonly fetch?: typeof fetch;
  /** Wall time, for signatures; never a rehearsal's clock. */
  readonly clock?: Clock;
}

const contracts = {
  registerAgent: agent.registerAgent,
  leaseJob: agent.leaseJob,
  heartbeat: agent.heartbeat,
  sendEvents: agent.sendEvents,
  createRun: runs.createRun,
  getRun: runs.getRun,
  listRuns: runs.listRuns,
  cancelRun: runs.cancelRun,
} as const;

type Method<Contract> =
  Contract extends RouteContract<infer Params, infer _Query, infer Body, infer Answer>
    ? (input: CallInput<Params, Body>, signal?: AbortSignal) => Promise<Answer>
    : never;

/** One method per route, with the contract's shapes. Failures are LabwrightErrors: the server's own code, or `unreachable`. */
export type Client = { readonly [Name in keyof typeof contracts]: Method<(typeof contracts)[Name]> } & {
  /** A file of a job, as text. @throws LabwrightError `not_found` */
  fileContent(fileId: string, signal?: AbortSignal): Promise<string>;
  /** A run's events, resumed by itself when the connection breaks; ends after `run_ended`. */
  followRun(runId: string, signal: AbortSignal, afterEvent?: number): AsyncGenerator<RunUpdate, void>;
};

export function createClient(options: ClientOptions): Client {
  const target = { url: options.url, credentials: options.credentials, fetch: options.fetch ?? fetch, clock: options.clock ?? systemClock };
  const methods = Object.fromEntries(
    Object.entries(contracts).map(([name, contract]) => [
      name,
      (input: CallInput<unknown, unknown>, signal?: AbortSignal) =>
        callRoute(target, contract as RouteContract<unknown, unknown, unknown, unknown>, input, signal),
    ]),
  ) as unknown as Omit<Client, 'followRun'>;
  const fileContent = async (fileId: string, signal?: AbortSignal): Promise<string> =>
    (await send(target, { method: 'GET', path: pathOf(getFileContent.path, { fileId }), body: '', headers: {} }, signal)).text();
  return { ...methods, fileContent, followRun: (runId, signal, afterEvent = 0) => followRun(target, runId, signal, afterEvent) };
}
