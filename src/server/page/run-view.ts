import { html } from 'hono/html';
import type { JobError } from '../../contract/agent.ts';
import type { Run, RunJobState, RunStep } from '../../contract/runs.ts';
import type { Html } from './layout.ts';
import { formatDuration, mark, since } from './words.ts';

/** The part of a run's page that changes: its head and its jobs with their steps. */
export function runView(run: Run): Html {
  const endedMs = run.status === 'running' ? undefined : Math.max(...run.jobs.map(({ endedAt }) => Date.parse(endedAt ?? run.createdAt)));
  const done = run.jobs.filter(({ status }) => status === 'success').length;
  const simulatedMs = run.jobs.reduce((sum, job) => sum + (job.simulatedMs ?? 0), 0);
  return html`<h1>${run.name} <span class="pill ${run.status}">${run.status}</span></h1>
    <p class="facts">
      lab <span class="data">${run.lab}</span> · ${done} of ${run.jobs.length} jobs succeeded · ${since(Date.parse(run.createdAt), endedMs)}
      ${simulatedMs > 0 ? html`· ${formatDuration(simulatedMs)} simulated` : ''} · run <span class="data">${run.id}</span>
    </p>
    <h2>Jobs</h2>
    ${run.jobs.map((job) => jobView(run, job))}`;
}

function jobView(run: Run, job: RunJobState): Html {
  const isOpen = job.status === 'running' || job.status === 'leased' || job.error !== null;
  const facts = job.waitingFor.length > 0 ? job.waitingFor.join(' · ') : [job.action, job.cluster].filter((part) => part !== null).join(' ');
  const startedMs = job.startedAt === null ? undefined : Date.parse(job.startedAt);
  const endedMs = job.endedAt === null ? undefined : Date.parse(job.endedAt);
  return html`<details class="job" id="job-${job.id}" ${isOpen ? 'open' : ''}>
    <summary>
      <span class="mark ${job.status}" title="${job.status}">${mark(job.status)}</span>
      <strong>${job.name}</strong>
      <span class="facts">${facts}</span>
      <span class="time">
        ${startedMs === undefined ? job.status : since(startedMs, endedMs)}${job.simulatedMs === null ? '' : html` · ${formatDuration(job.simulatedMs)} simulated`}
      </span>
    </summary>
    ${
      job.steps.length === 0
        ? ''
        : html`<ul class="steps">
            ${job.steps.map((step) => stepView(step, job.error))}
          </ul>`
    }
    ${job.error === null ? '' : problemView(job.error)}
    ${job.startedAt === null ? '' : html`<p class="steps facts"><a href="/runs/${run.id}/jobs/${job.id}/log">whole log</a>${job.files.map((file) => html` · <a href="/runs/${run.id}/jobs/${job.id}/files/${file.id}">${file.name}</a>`)}</p>`}
  </details>`;
}

function stepView(step: RunStep, error: JobError | null): Html {
  // What the job failed on is shown once, below its steps.
  const on = error !== null && step.status === 'failure' ? null : step.waitingOn;
  const percent = step.status === 'running' && step.percent !== null ? Math.round(step.percent) : undefined;
  return html`<li>
    <span class="mark ${step.status}" title="${step.status}">${mark(step.status)}</span>
    <span class="${step.status === 'pending' ? 'pending-title' : ''}">${step.title}</span>
    ${percent === undefined ? html`<span></span>` : html`<span class="percent"><progress max="100" value="${percent}"></progress>${percent} %</span>`}
    ${on === null ? '' : html`<span class="on">${on.object} · ${on.condition}: ${on.reason}${on.message === '' ? '' : `: ${on.message}`}</span>`}
  </li>`;
}

function problemView(error: JobError): Html {
  return html`<div class="problem">
    <dl>
      <dt>object</dt>
      <dd>${error.object}</dd>
      <dt>condition</dt>
      <dd>${error.condition}: ${error.reason}</dd>
      <dt>message</dt>
      <dd>${error.message}</dd>
      ${
        error.hint === null
          ? ''
          : html`<dt>do next</dt>
              <dd class="hint">${error.hint}</dd>`
      }
    </dl>
  </div>`;
}
