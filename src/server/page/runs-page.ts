import type { Context } from 'hono';
import { html } from 'hono/html';
import type { Run } from '../../contract/runs.ts';
import { seesAllTeams, type Known } from '../auth/principal.ts';
import type { ServerRoute } from '../handle.ts';
import { selectRuns } from '../runs/select-runs.ts';
import type { ServerDeps } from '../server-deps.ts';
import { pageResponse, type Html } from './layout.ts';
import { RUNS_SCRIPT } from './live-script.ts';
import { pageAccess } from './page-access.ts';
import { mark, since } from './words.ts';

export const runsPageRoute: ServerRoute = {
  method: 'GET',
  path: '/',
  async respond(deps, context) {
    const access = await pageAccess(deps, context);
    if (access.kind === 'answered') return access.response;
    const list = listView(await selectRuns(deps.pool, { caller: access.caller, termMs: deps.leaseTermMs }), await selectLabs(deps, access.caller));
    if (isPart(context)) return new Response(String(await list), { headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' } });
    return pageResponse({
      title: 'labwright',
      body: html`<h1>labwright</h1>
        <main id="list">${list}</main>`,
      script: RUNS_SCRIPT,
    });
  },
};

interface LabRow {
  readonly name: string;
  readonly team: string;
  readonly active_since: Date | null;
  readonly agents: number;
}

/** A lab's agent counts when it was heard of within a lease's term. */
async function selectLabs({ pool, leaseTermMs }: ServerDeps, caller: Known | undefined): Promise<readonly LabRow[]> {
  const teams = caller === undefined || seesAllTeams(caller) ? null : caller.teams.map(({ id }) => id);
  const { rows } = await pool.query<LabRow>(
    `select l.name, t.name as team, max(a.active_since) as active_since, count(a.id) as agents
     from remotecis l join teams t on t.id = l.team_id
       left join agents a on a.remoteci_id = l.id and a.seen_at > clock_timestamp() - $1 * interval '1 ms'
     where l.state = 'active' and ($2::uuid[] is null or l.team_id = any ($2)) group by l.id, t.id order by l.name limit 100`,
    [leaseTermMs, teams],
  );
  return rows;
}

function listView(runs: readonly Run[], labs: readonly LabRow[]): Html {
  return html`<h2>Runs</h2>
    ${
      runs.length === 0
        ? html`<p class="empty">No run yet. Try <code>labwright rehearse PIPELINE.yml</code>.</p>`
        : html`<table>
            <thead>
              <tr>
                <th></th>
                <th>pipeline</th>
                <th>lab</th>
                <th>jobs</th>
                <th>started</th>
                <th class="num">real time</th>
              </tr>
            </thead>
            <tbody>
              ${runs.map(runRow)}
            </tbody>
          </table>`
    }
    <h2>Labs</h2>
    ${
      labs.length === 0
        ? html`<p class="empty">No lab yet. <code>labwright up --lab PATH</code> brings one.</p>`
        : html`<table>
            <tbody>
              ${labs.map(labRow)}
            </tbody>
          </table>`
    }`;
}

function runRow(run: Run): Html {
  const endedMs = run.status === 'running' ? undefined : Math.max(...run.jobs.map(({ endedAt }) => Date.parse(endedAt ?? run.createdAt)));
  return html`<tr>
    <td class="${run.status}" title="${run.status}">${mark(run.status)}</td>
    <td><a href="/runs/${run.id}">${run.name}</a></td>
    <td class="data">${run.lab}</td>
    <td>
      ${run.jobs.map((job) => html`<span class="${job.status}" title="${job.name}: ${job.status}">${mark(job.status)}</span> `)}
      <span class="facts">${nowIn(run)}</span>
    </td>
    <td class="facts">${run.createdAt.replace('T', ' ').slice(0, 19)} UTC</td>
    <td class="num">${since(Date.parse(run.createdAt), endedMs)}</td>
  </tr>`;
}

/** The job that runs, or the one that went wrong. */
function nowIn(run: Run): string {
  const job =
    run.jobs.find(({ status }) => status === 'running') ?? run.jobs.find(({ error }) => error !== null) ?? run.jobs.find(({ status }) => status === 'waiting');
  if (!job) return '';
  return job.waitingFor.length > 0 ? `${job.name} ${job.waitingFor[0]}` : job.name;
}

function labRow(lab: LabRow): Html {
  const agent =
    lab.active_since === null
      ? html`<span class="waiting">no agent</span>`
      : html`<span class="success">agent at work</span> ${since(lab.active_since.getTime(), undefined)}`;
  const others = lab.agents > 1 ? ` · ${lab.agents - 1} standing by` : '';
  return html`<tr>
    <td class="data">${lab.name}</td>
    <td class="facts">team ${lab.team}</td>
    <td class="num">${agent}${others}</td>
  </tr>`;
}

function isPart(context: Context): boolean {
  return context.req.query('part') === 'list';
}
