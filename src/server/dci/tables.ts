/** How a column is compared and written; a `secret` is never read, sorted or searched by. */
export type ColumnKind = 'id' | 'time' | 'text' | 'word' | 'flag' | 'number' | 'json' | 'tags' | 'secret';

/** A resource of DCI's API: its table, its name in messages, and its columns, which are also the keys of `sort`, `where` and `query`. */
export interface Table {
  readonly name: string;
  readonly one: string;
  readonly columns: Readonly<Record<string, ColumnKind>>;
  /** Order of lists without `sort`. */
  readonly order: string;
}

const standard = { id: 'id', created_at: 'time', updated_at: 'time', etag: 'text' } as const;

export const TABLES = {
  teams: table('teams', 'team', { ...standard, name: 'text', country: 'text', external: 'flag', has_pre_release_access: 'flag', state: 'word' }),
  users: table('users', 'user', {
    ...standard,
    name: 'text',
    sso_username: 'text',
    sso_sub: 'text',
    fullname: 'text',
    email: 'text',
    password: 'secret',
    timezone: 'text',
    state: 'word',
  }),
  remotecis: table('remotecis', 'remoteci', { ...standard, name: 'text', data: 'json', api_secret: 'secret', team_id: 'id', public: 'flag', state: 'word' }),
  feeders: table('feeders', 'feeder', { ...standard, name: 'text', data: 'json', api_secret: 'secret', team_id: 'id', state: 'word' }),
  products: table('products', 'product', { ...standard, name: 'text', label: 'text', description: 'text', state: 'word' }),
  topics: table('topics', 'topic', {
    ...standard,
    name: 'text',
    component_types: 'json',
    component_types_optional: 'json',
    product_id: 'id',
    next_topic_id: 'id',
    export_control: 'flag',
    state: 'word',
    data: 'json',
  }),
  components: table(
    'components',
    'component',
    {
      ...standard,
      released_at: 'time',
      name: 'text',
      type: 'text',
      canonical_project_name: 'text',
      display_name: 'text',
      version: 'text',
      uid: 'text',
      data: 'json',
      title: 'text',
      message: 'text',
      url: 'text',
      topic_id: 'id',
      team_id: 'id',
      state: 'word',
      tags: 'tags',
    },
    '-released_at',
  ),
  componentFiles: table('component_files', 'component_file', {
    ...standard,
    name: 'text',
    mime: 'text',
    md5: 'text',
    size: 'number',
    component_id: 'id',
    state: 'word',
  }),
  pipelines: table('pipelines', 'pipeline', { ...standard, name: 'text', team_id: 'id', state: 'word' }),
  jobs: table('jobs', 'job', {
    ...standard,
    duration: 'number',
    comment: 'text',
    status_reason: 'text',
    configuration: 'text',
    url: 'text',
    name: 'text',
    status: 'word',
    topic_id: 'id',
    remoteci_id: 'id',
    team_id: 'id',
    product_id: 'id',
    pipeline_id: 'id',
    user_agent: 'text',
    client_version: 'text',
    previous_job_id: 'id',
    update_previous_job_id: 'id',
    state: 'word',
    tags: 'tags',
    data: 'json',
  }),
  jobstates: table('jobstates', 'jobstate', { id: 'id', created_at: 'time', status: 'word', comment: 'text', job_id: 'id' }),
  jobsEvents: table('jobs_events', 'jobs_events', { id: 'number', created_at: 'time', job_id: 'id', topic_id: 'id', status: 'text' }),
  results: table('tests_results', 'result', {
    id: 'id',
    created_at: 'time',
    updated_at: 'time',
    name: 'text',
    total: 'number',
    success: 'number',
    skips: 'number',
    failures: 'number',
    regressions: 'number',
    successfixes: 'number',
    errors: 'number',
    time: 'number',
    job_id: 'id',
    file_id: 'id',
  }),
  logs: table('logs', 'audit', { id: 'id', created_at: 'time', user_id: 'id', action: 'text' }),
  files: table('files', 'file', {
    ...standard,
    name: 'text',
    mime: 'text',
    md5: 'text',
    size: 'number',
    state: 'word',
    jobstate_id: 'id',
    team_id: 'id',
    job_id: 'id',
  }),
} as const;

function table(name: string, one: string, columns: Readonly<Record<string, ColumnKind>>, order = '-created_at'): Table {
  return { name, one, columns, order };
}

export function columnNames(of: Table): readonly string[] {
  return Object.keys(of.columns).toSorted();
}
