import * as z from 'zod';

/** What DCI's API shows of each resource. Secrets are not here, so no answer can have them; a route that shows one says so itself. */

const time = z.string();
const standard = { id: z.string(), created_at: time, updated_at: time, etag: z.string() };
const state = z.string();
const text = z.string().nullable();
const data = z.record(z.string(), z.unknown());

export const TeamRow = z.object({ ...standard, name: z.string(), country: text, external: z.boolean(), has_pre_release_access: z.boolean(), state });

export const UserRow = z.object({
  ...standard,
  name: z.string(),
  sso_username: text,
  sso_sub: text,
  fullname: z.string(),
  email: text,
  timezone: z.string(),
  state,
});

export const RemoteciRow = z.object({ ...standard, name: text, data, team_id: z.string(), public: z.boolean(), state });

export const FeederRow = z.object({ ...standard, name: z.string(), data, team_id: z.string(), state });

export const ProductRow = z.object({ ...standard, name: z.string(), label: z.string(), description: text, state });

export const TopicRow = z.object({
  ...standard,
  name: z.string(),
  component_types: z.array(z.unknown()),
  component_types_optional: z.array(z.unknown()),
  product_id: text,
  next_topic_id: text,
  export_control: z.boolean(),
  state,
  data,
});

export const ComponentRow = z.object({
  ...standard,
  released_at: time,
  name: z.string(),
  type: z.string(),
  canonical_project_name: text,
  display_name: z.string(),
  version: z.string(),
  uid: z.string(),
  data,
  title: text,
  message: text,
  url: text,
  topic_id: text,
  team_id: text,
  state,
  tags: z.array(z.string()),
});

export const PipelineRow = z.object({ ...standard, name: z.string(), team_id: z.string(), state });

export const FileRow = z.object({
  ...standard,
  name: z.string(),
  mime: text,
  md5: text,
  size: z.number().nullable(),
  state,
  jobstate_id: text,
  team_id: z.string(),
  job_id: text,
});

export const ComponentFileRow = z.object({
  ...standard,
  name: z.string(),
  mime: text,
  md5: text,
  size: z.number().nullable(),
  state,
  component_id: text,
});

export const JobstateRow = z.object({ id: z.string(), created_at: time, status: z.string(), comment: text, job_id: z.string() });

const counts = { name: z.string(), total: z.number(), success: z.number(), skips: z.number(), failures: z.number(), errors: z.number(), time: z.number() };
const changes = { regressions: z.number(), successfixes: z.number() };

/** What a JUnit file counted when it came. */
export const ResultRow = z.object({ id: z.string(), created_at: time, updated_at: time, ...counts, ...changes, job_id: z.string(), file_id: z.string() });
export const ListedResult = z.object({ filename: z.string(), ...counts, ...changes, file_id: z.string() });

export const KeyValueRow = z.object({ job_id: z.string(), key: z.string(), value: z.number().nullable() });

/** Texts are null only in the answer of /jobs/schedule, which shows what was not sent. */
export const JobRow = z.object({
  ...standard,
  duration: z.number(),
  comment: text,
  status_reason: text,
  configuration: text,
  url: text,
  name: text,
  status: z.string(),
  topic_id: text,
  remoteci_id: z.string(),
  team_id: z.string(),
  product_id: text,
  pipeline_id: text,
  user_agent: z.string(),
  client_version: z.string(),
  previous_job_id: text,
  update_previous_job_id: text,
  state,
  tags: z.array(z.string()),
  data,
});

export const Meta = z.object({ count: z.number().int() });

/** What is embedded in a listed job; a job read by itself has more. */
export const ListedJob = JobRow.omit({ data: true }).extend({
  results: z.array(ResultRow),
  remoteci: RemoteciRow.omit({ data: true }).nullable(),
  components: z.array(ComponentRow),
  topic: TopicRow.omit({ data: true }).nullable(),
  team: TeamRow.nullable(),
  pipeline: PipelineRow.nullable(),
  keys_values: z.array(KeyValueRow),
});

export const FullJob = ListedJob.extend({ data, jobstates: z.array(JobstateRow), files: z.array(FileRow) });
