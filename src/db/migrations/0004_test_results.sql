-- What a JUnit file counted when it came; it outlives the file.
create table tests_results (
  id uuid primary key default gen_random_uuid(),
  created_at timestamp not null default (clock_timestamp() at time zone 'utc'),
  updated_at timestamp not null default (clock_timestamp() at time zone 'utc'),
  name varchar(255) not null,
  total integer not null,
  success integer not null,
  skips integer not null,
  failures integer not null,
  regressions integer not null default 0,
  successfixes integer not null default 0,
  errors integer not null,
  -- Whole seconds.
  time integer not null,
  job_id uuid not null references jobs on delete cascade,
  -- No reference: the file may be purged.
  file_id uuid not null
);

create index tests_results_job on tests_results (job_id);
