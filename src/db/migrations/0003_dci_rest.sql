-- DCI's feed of final statuses, and the marker of who reads it.
create table jobs_events (
  id bigint generated always as identity primary key,
  created_at timestamp not null default (clock_timestamp() at time zone 'utc'),
  job_id uuid not null,
  topic_id uuid,
  status text not null
);

create table counter (
  name text primary key,
  created_at timestamp not null default (now() at time zone 'utc'),
  updated_at timestamp not null default (now() at time zone 'utc'),
  etag text not null default md5(gen_random_uuid()::text),
  sequence bigint not null default 0
);

-- Who did what, refused calls included.
create table logs (
  id uuid primary key default gen_random_uuid(),
  created_at timestamp not null default (clock_timestamp() at time zone 'utc'),
  user_id uuid not null,
  action text not null
);

create trigger touch before update on counter for each row execute function touch_row();

create table component_files (
  id uuid primary key default gen_random_uuid(),
  created_at timestamp not null default (clock_timestamp() at time zone 'utc'),
  updated_at timestamp not null default (clock_timestamp() at time zone 'utc'),
  -- The object store's: a quoted checksum. It never changes, as its content does not.
  etag text not null,
  name text not null,
  mime text,
  md5 varchar(32),
  size bigint,
  component_id uuid references components on delete cascade,
  state resource_state not null default 'active',
  artefact text not null
);

create index component_files_component on component_files (component_id);

-- A deleted jobstate leaves its files to the job.
alter table files drop constraint files_jobstate_id_fkey;
alter table files add constraint files_jobstate_id_fkey foreign key (jobstate_id) references jobstates on delete set null;
create index files_jobstate on files (jobstate_id);
