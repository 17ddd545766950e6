-- What DCI has no word for: runs, the queue of their jobs, agents, leases, events. Times carry a zone here: nothing of it is DCI's.
-- A run is the DCI pipeline of the same id, a run_job the DCI job of the same id.

create type run_job_status as enum ('waiting', 'leased', 'running', 'success', 'failure', 'error', 'killed', 'skipped');

-- One row per data directory of an agent. At most one of a remoteci is active.
create table agents (
  id uuid primary key default gen_random_uuid(),
  remoteci_id uuid not null references remotecis on delete cascade,
  instance uuid not null,
  version text not null,
  registered_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  active_since timestamptz,
  unique (remoteci_id, instance)
);

create unique index agents_one_active on agents (remoteci_id) where active_since is not null;

create table runs (
  id uuid primary key references pipelines on delete cascade,
  remoteci_id uuid not null references remotecis on delete cascade,
  created_at timestamptz not null default now(),
  cancel_reason text,
  -- Number of the run's latest event. Taken under the row's lock, so that a reader never sees a gap that is filled later.
  last_event bigint not null default 0
);

create index runs_created on runs (created_at);

create table run_jobs (
  job_id uuid primary key references jobs on delete cascade,
  run_id uuid not null references runs on delete cascade,
  remoteci_id uuid not null references remotecis on delete cascade,
  position integer not null,
  name text not null,
  stage text not null,
  action text not null,
  cluster text,
  inputs jsonb not null,
  outputs jsonb not null,
  timeout_ms double precision,
  status run_job_status not null default 'waiting',
  agent_id uuid references agents on delete set null,
  fence bigint not null default 0,
  -- The first fence of the present holder: what it spooled before a crash is still its own.
  holder_fence bigint not null default 0,
  lease_expires_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  simulated_ms double precision,
  error jsonb,
  unique (run_id, name)
);

create index run_jobs_open on run_jobs (remoteci_id) where status in ('waiting', 'leased', 'running');
-- One writer: a cluster has at most one holder.
create unique index run_jobs_one_per_cluster on run_jobs (remoteci_id, cluster) where status in ('leased', 'running');

create table run_job_needs (
  job_id uuid not null references run_jobs on delete cascade,
  needed_id uuid not null references run_jobs on delete cascade,
  primary key (job_id, needed_id)
);

create index run_job_needs_needed on run_job_needs (needed_id);

create table run_steps (
  job_id uuid not null references run_jobs on delete cascade,
  id text not null,
  position integer not null,
  title text not null,
  status text not null default 'pending',
  percent double precision,
  waiting_on jsonb,
  primary key (job_id, id)
);

create table run_events (
  run_id uuid not null references runs on delete cascade,
  number bigint not null,
  event_id uuid not null unique,
  job_id uuid not null references run_jobs on delete cascade,
  fence bigint not null,
  seq bigint not null,
  at_ms double precision not null,
  event jsonb not null,
  primary key (run_id, number)
);

create index run_events_job on run_events (job_id, number);

-- Outputs are secrets as a rule (kubeconfigs): their content is an artefact, never a DCI file and never in an event.
create table run_outputs (
  job_id uuid not null references run_jobs on delete cascade,
  name text not null,
  artefact text not null,
  size_bytes bigint not null,
  primary key (job_id, name)
);

-- Where a DCI file's content is: an artefact, or the log lines of a run's job.
alter table files add column artefact text;
