import { Readable } from 'node:stream';
import { html } from 'hono/html';
import type { Context } from 'hono';
import { streamSSE, type SSEStreamingApi } from 'hono/streaming';
import type { Run } from '../../contract/runs.ts';
import { getRun } from '../../contract/runs.ts';
import type { Known } from '../auth/principal.ts';
import { logLines } from '../dci/files/log-lines.ts';
import type { ServerRoute } from '../handle.ts';
import { HttpError } from '../http-error.ts';
import { selectRun } from '../runs/read-runs.ts';
import type { ServerDeps } from '../server-deps.ts';
import { pageResponse } from './layout.ts';
import { RUN_SCRIPT } from './live-script.ts';
import { logTail } from './log-tail.ts';
import { pageAccess } from './page-access.ts';
import { runView } from './run-view.ts';

const lookAgainMs = 10_000;
/** A burst of events makes one picture, not hundreds. */
const paceMs = 200;

export const runPageRoutes: readonly ServerRoute[] = [
  { method: 'GET', path: '/runs/:runId', respond: showRun },
  { method: 'GET', path: '/runs/:runId/live', respond: streamRun },
  { method: 'GET', path: '/runs/:runId/jobs/:jobId/log', respond: showLog },
  { method: 'GET', path: '/runs/:runId/jobs/:jobId/files/:fileId', respond: showFile },
];

async function showRun(deps: ServerDeps, context: Context): Promise<Response> {
  const access = await pageAccess(deps, context);
  if (access.kind === 'answered') return access.response;
  const run = await readRun(deps, context, access.caller);
  const lines = await logTail(deps.pool, run.id, 0);
  const body = html`<nav><a href="/">labwright</a> / run</nav>
    <main id="run" data-live="/runs/${run.id}/live" data-after="${lines.at(-1)?.number ?? 0}" data-over="${run.status === 'running' ? '' : 'yes'}">
      ${runView(run)}
    </main>
    <h2>Log</h2>
    <pre id="log">${lines.map((line) => html`<b>${line.label}</b> ${line.text}${'\n'}`)}</pre>`;
  return pageResponse({ title: `${run.name}: ${run.status}`, body, script: RUN_SCRIPT });
}

/** `view`: the run's part of the page as HTML; `log`: lines as JSON; `over` when the run has ended. */
async function streamRun(deps: ServerDeps, context: Context): Promise<Response> {
  const access = await pageAccess(deps, context);
  if (access.kind === 'answered') return access.response;
  const { id } = await readRun(deps, context, access.caller);
  const after = Number(context.req.header('last-event-id') ?? context.req.query('after') ?? 0);
  const read = (): Promise<Run> => selectRun(deps.pool, { id, caller: access.caller, termMs: deps.leaseTermMs });
  context.header('x-accel-buffering', 'no'); // A proxy must pass each event on at once.
  return streamSSE(context, (stream) => follow(deps, stream, { id, read, after: Number.isSafeInteger(after) ? after : 0 }));
}

async function follow(
  deps: ServerDeps,
  stream: SSEStreamingApi,
  run: { readonly id: string; readonly read: () => Promise<Run>; readonly after: number },
): Promise<void> {
  const gone = new AbortController();
  stream.onAbort(() => gone.abort());
  const signal = AbortSignal.any([gone.signal, deps.closing]);
  let { after } = run;
  let shown = '';
  let changed = true;
  const unsubscribe = deps.changes.subscribe({ kind: 'run', runId: run.id }, () => (changed = true));
  try {
    while (!signal.aborted) {
      changed = false;
      const state = await run.read();
      const lines = await logTail(deps.pool, run.id, after);
      after = lines.at(-1)?.number ?? after;
      const view = String(await runView(state));
      if (lines.length > 0) await stream.writeSSE({ event: 'log', id: String(after), data: JSON.stringify(lines) });
      if (view === shown) await stream.write(':\n\n');
      else await stream.writeSSE({ event: 'view', data: view });
      shown = view;
      if (state.status !== 'running') return await stream.writeSSE({ event: 'over', data: '' });
      await stream.sleep(paceMs);
      if (!changed) await deps.changes.wait({ kind: 'run', runId: run.id }, lookAgainMs, signal).catch(() => undefined);
    }
  } finally {
    unsubscribe();
  }
}

async function showLog(deps: ServerDeps, context: Context): Promise<Response> {
  const access = await pageAccess(deps, context);
  if (access.kind === 'answered') return access.response;
  const run = await readRun(deps, context, access.caller);
  const job = run.jobs.find(({ id }) => id === context.req.param('jobId'));
  if (!job) throw new HttpError(404, 'job not found');
  return textResponse(ReadableStream.from(logLines(deps.pool, job.id)));
}

/** A file that the job left: shown in the browser as text, whatever it is. */
async function showFile(deps: ServerDeps, context: Context): Promise<Response> {
  const access = await pageAccess(deps, context);
  if (access.kind === 'answered') return access.response;
  const run = await readRun(deps, context, access.caller);
  const job = run.jobs.find(({ id }) => id === context.req.param('jobId'));
  const file = job?.files.find(({ id }) => id === context.req.param('fileId'));
  if (!file) throw new HttpError(404, 'file not found');
  const { rows } = await deps.pool.query<{ artefact: string }>('select artefact from files where id = $1', [file.id]);
  return textResponse(Readable.toWeb(await deps.artefacts.open(rows[0]!.artefact)) as ReadableStream<Uint8Array>);
}

function textResponse(content: ReadableStream<Uint8Array>): Response {
  return new Response(content, { headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' } });
}

async function readRun(deps: ServerDeps, context: Context, caller: Known | undefined): Promise<Run> {
  const id = getRun.params?.safeParse(context.req.param()).data?.runId;
  if (id === undefined) throw new HttpError(404, 'not found');
  return selectRun(deps.pool, { id, caller, termMs: deps.leaseTermMs });
}
