-- The tables behind DCI's API: names and columns as its clients know them. Times are UTC without zone, as they are served.

create type resource_state as enum ('active', 'inactive', 'archived');
create type job_status as enum ('new', 'pre-run', 'running', 'post-run', 'success', 'failure', 'killed', 'error');

-- Every update gives a row a new etag: clients send it back in If-match.
create function touch_row() returns trigger language plpgsql as $$
begin
  new.etag = md5(gen_random_uuid()::text);
  new.updated_at = now() at time zone 'utc';
  return new;
end $$;

create table teams (
  id uuid primary key default gen_random_uuid(),
  created_at timestamp not null default (now() at time zone 'utc'),
  updated_at timestamp not null default (now() at time zone 'utc'),
  etag text not null default md5(gen_random_uuid()::text),
  name varchar(255) not null unique,
  country varchar(255),
  external boolean not null default true,
  has_pre_release_access boolean not null default false,
  state resource_state not null default 'active'
);

create table users (
  id uuid primary key default gen_random_uuid(),
  created_at timestamp not null default (now() at time zone 'utc'),
  updated_at timestamp not null default (now() at time zone 'utc'),
  etag text not null default md5(gen_random_uuid()::text),
  name varchar(255) not null unique,
  sso_username varchar(255) unique,
  sso_sub varchar(255) unique,
  fullname varchar(255) not null,
  email varchar(255) unique,
  password text,
  timezone varchar(255) not null default 'UTC',
  state resource_state not null default 'active'
);

create table remotecis (
  id uuid primary key default gen_random_uuid(),
  created_at timestamp not null default (now() at time zone 'utc'),
  updated_at timestamp not null default (now() at time zone 'utc'),
  etag text not null default md5(gen_random_uuid()::text),
  name varchar(255),
  data jsonb not null default '{}',
  api_secret varchar(64),
  team_id uuid not null references teams on delete cascade,
  public boolean not null default false,
  state resource_state not null default 'active',
  unique (name, team_id)
);

create table feeders (
  id uuid primary key default gen_random_uuid(),
  created_at timestamp not null default (now() at time zone 'utc'),
  updated_at timestamp not null default (now() at time zone 'utc'),
  etag text not null default md5(gen_random_uuid()::text),
  name varchar(255) not null,
  data jsonb not null default '{}',
  api_secret varchar(64),
  team_id uuid not null references teams on delete cascade,
  state resource_state not null default 'active',
  unique (name, team_id)
);

create table products (
  id uuid primary key default gen_random_uuid(),
  created_at timestamp not null default (now() at time zone 'utc'),
  updated_at timestamp not null default (now() at time zone 'utc'),
  etag text not null default md5(gen_random_uuid()::text),
  name varchar(255) not null,
  label varchar(255) not null unique,
  description text,
  state resource_state not null default 'active'
);

create table topics (
  id uuid primary key default gen_random_uuid(),
  created_at timestamp not null default (now() at time zone 'utc'),
  updated_at timestamp not null default (now() at time zone 'utc'),
  etag text not null default md5(gen_random_uuid()::text),
  name varchar(255) not null unique,
  component_types jsonb not null default '[]',
  component_types_optional jsonb not null default '[]',
  product_id uuid references products,
  next_topic_id uuid references topics on delete cascade,
  export_control boolean not null default false,
  state resource_state not null default 'active',
  data jsonb not null default '{}'
);

create table components (
  id uuid primary key default gen_random_uuid(),
  created_at timestamp not null default (now() at time zone 'utc'),
  updated_at timestamp not null default (now() at time zone 'utc'),
  etag text not null default md5(gen_random_uuid()::text),
  released_at timestamp not null default (now() at time zone 'utc'),
  name varchar(255) not null,
  type varchar(255) not null,
  canonical_project_name varchar(255),
  display_name text not null default '',
  version text not null default '',
  uid text not null default '',
  data jsonb not null default '{}',
  title text,
  message text,
  url text,
  topic_id uuid references topics on delete cascade,
  team_id uuid references teams on delete cascade,
  state resource_state not null default 'active',
  tags text[] not null default '{}'
);

create unique index components_global_key on components (display_name, topic_id, type, version) where team_id is null and state = 'active';
create unique index components_team_key on components (display_name, topic_id, type, version, team_id) where team_id is not null and state = 'active';
create index components_topic on components (topic_id, type, released_at);

create table pipelines (
  id uuid primary key default gen_random_uuid(),
  created_at timestamp not null default (now() at time zone 'utc'),
  updated_at timestamp not null default (now() at time zone 'utc'),
  etag text not null default md5(gen_random_uuid()::text),
  name varchar(255) not null,
  team_id uuid not null references teams on delete cascade,
  state resource_state not null default 'active'
);

create table jobs (
  id uuid primary key default gen_random_uuid(),
  created_at timestamp not null default (now() at time zone 'utc'),
  updated_at timestamp not null default (now() at time zone 'utc'),
  etag text not null default md5(gen_random_uuid()::text),
  duration integer not null default 0,
  comment text not null default '',
  status_reason text not null default '',
  configuration text not null default '',
  url text not null default '',
  name text not null default '',
  status job_status not null default 'new',
  topic_id uuid references topics on delete cascade,
  remoteci_id uuid not null references remotecis on delete cascade,
  team_id uuid not null references teams on delete cascade,
  product_id uuid references products on delete cascade,
  pipeline_id uuid references pipelines on delete cascade,
  user_agent varchar(255) not null default '',
  client_version varchar(255) not null default '',
  previous_job_id uuid references jobs,
  update_previous_job_id uuid references jobs,
  state resource_state not null default 'active',
  tags text[] not null default '{}',
  data jsonb not null default '{}'
);

create index jobs_team on jobs (team_id, created_at);
create index jobs_remoteci on jobs (remoteci_id);
create index jobs_pipeline on jobs (pipeline_id);

create table jobstates (
  id uuid primary key default gen_random_uuid(),
  created_at timestamp not null default (now() at time zone 'utc'),
  status job_status not null,
  comment text,
  job_id uuid not null references jobs on delete cascade
);

create index jobstates_job on jobstates (job_id, created_at);

create table files (
  id uuid primary key default gen_random_uuid(),
  created_at timestamp not null default (now() at time zone 'utc'),
  updated_at timestamp not null default (now() at time zone 'utc'),
  etag text not null default md5(gen_random_uuid()::text),
  name varchar(255) not null,
  mime text,
  md5 varchar(32),
  size bigint,
  state resource_state not null default 'active',
  jobstate_id uuid references jobstates on delete cascade,
  team_id uuid not null references teams on delete cascade,
  job_id uuid references jobs on delete cascade
);

create index files_job on files (job_id);

create table users_teams (
  user_id uuid not null references users on delete cascade,
  team_id uuid not null references teams on delete cascade,
  primary key (user_id, team_id)
);

create table user_remotecis (
  user_id uuid not null references users on delete cascade,
  remoteci_id uuid not null references remotecis on delete cascade,
  primary key (user_id, remoteci_id)
);

create table users_topics (
  user_id uuid not null references users on delete cascade,
  topic_id uuid not null references topics on delete cascade,
  primary key (user_id, topic_id)
);

create table products_teams (
  product_id uuid not null references products on delete cascade,
  team_id uuid not null references teams on delete cascade,
  primary key (product_id, team_id)
);

create table teams_components_access (
  team_id uuid not null references teams on delete cascade,
  access_team_id uuid not null references teams on delete cascade,
  primary key (team_id, access_team_id)
);

create table jobs_components (
  job_id uuid not null references jobs on delete cascade,
  component_id uuid not null references components on delete cascade,
  primary key (job_id, component_id)
);

create table jobs_keys_values (
  job_id uuid not null references jobs on delete cascade,
  key varchar(255) not null,
  value double precision,
  primary key (job_id, key)
);

create trigger touch before update on teams for each row execute function touch_row();
create trigger touch before update on users for each row execute function touch_row();
create trigger touch before update on remotecis for each row execute function touch_row();
create trigger touch before update on feeders for each row execute function touch_row();
create trigger touch before update on products for each row execute function touch_row();
create trigger touch before update on topics for each row execute function touch_row();
create trigger touch before update on components for each row execute function touch_row();
create trigger touch before update on pipelines for each row execute function touch_row();
create trigger touch before update on jobs for each row execute function touch_row();
create trigger touch before update on files for each row execute function touch_row();
