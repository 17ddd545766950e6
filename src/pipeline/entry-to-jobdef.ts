import * as z from 'zod';
import type { Diagnostic } from '../util/diagnostic.ts';
import { type FilePosition, isLabwrightError } from '../util/errors.ts';
import type { Parsed } from '../util/source-file.ts';
import { componentQuery } from './component-query.ts';
import { ACTIONS, type Jobdef } from './jobdef.ts';

const names = z.union([z.string().transform((name) => [name]), z.array(z.string())]).default([]);
const Shape = z.object({
  name: z.string().min(1),
  stage: z.string().min(1),
  prev_stages: names,
  needs: names,
  topic: z.string().optional(),
  components: z.array(z.unknown()).default([]),
  action: z.enum(ACTIONS).optional(),
  ansible_playbook: z.string().optional(),
  cluster: z.string().optional(),
  inputs: z.record(z.string(), z.string()).default({}),
  outputs: z.record(z.string(), z.string()).default({}),
});

/** Ours by design, read by nothing yet: silence would make a user rely on them. */
const FUTURE_KEYS = ['when', 'matrix', 'timeout', 'retries', 'resources', 'concurrency_group'];
const OUR_KEYS = ['action', 'cluster', 'needs', 'when', 'matrix', 'timeout', 'retries', 'resources', 'concurrency_group'];
const DCI_KEYS =
  'name stage type prev_stages topic use_previous_topic components ansible_playbook ansible_inventory inventory_playbook ansible_cfg ansible_extravars ansible_extravars_files ansible_envvars ansible_tags ansible_skip_tags dci_ansible_dir dci_credentials pipeline_user success_tag fallback_last_success outputs inputs comment url configuration previous_job_id'.split(
    ' ',
  );

/** One merged entry of a pipeline file as a job. Unknown keys are legal in DCI, so they only warn. */
export function entryToJobdef(fields: Readonly<Record<string, unknown>>, at: (key: string) => FilePosition): Parsed<Jobdef> {
  const diagnostics: Diagnostic[] = [];
  const report = (id: string, severity: Diagnostic['severity'], key: string, message: string, hint: string) => {
    diagnostics.push({ id, severity, message, hint, at: at(key) });
  };
  for (const key of Object.keys(fields)) {
    if (FUTURE_KEYS.includes(key)) report('key-not-read', 'warning', key, `the key "${key}" has no effect yet`, 'remove it, or do not rely on it');
    if (OUR_KEYS.includes(key) || DCI_KEYS.includes(key)) continue;
    const near = OUR_KEYS.concat(DCI_KEYS).find((known) => distance(known, key) <= 2);
    report(
      'unknown-key',
      'warning',
      key,
      `nothing reads the key "${key}"`,
      near ? `write ${near}` : 'remove it, or keep it as a note: it is stored with the job',
    );
  }
  const read = Shape.safeParse({ ...fields, stage: fields['stage'] ?? fields['type'] });
  if (!read.success) {
    for (const issue of read.error.issues) {
      const key = String(issue.path[0]);
      if (key === 'action') report('unknown-action', 'error', key, `unknown action ${JSON.stringify(fields['action'])}`, `write one of: ${ACTIONS.join(', ')}`);
      else report('wrong-shape', 'error', key, `${issue.path.join('.')}: ${issue.message}`, `correct ${key} of this job`);
    }
    return { value: undefined, diagnostics };
  }
  const shape = read.data;
  if (shape.action && shape.ansible_playbook !== undefined)
    report('two-ways-to-run', 'error', 'action', `${shape.name} has both action and ansible_playbook`, 'keep one of the two');
  if (!shape.action && shape.ansible_playbook === undefined)
    report('nothing-to-run', 'error', 'name', `${shape.name} has neither action nor ansible_playbook`, 'add one of the two');
  for (const entry of shape.components) {
    try {
      if (typeof entry === 'string') componentQuery(entry);
    } catch (error) {
      if (!isLabwrightError(error)) throw error;
      report('bad-component', 'error', 'components', error.message, error.hint ?? 'write type, type=version or type?field:value');
    }
  }
  const { prev_stages: prevStages, ansible_playbook: ansiblePlaybook, ...rest } = shape;
  return {
    value: { ...rest, prevStages, ansiblePlaybook, topic: rest.topic, action: rest.action, cluster: rest.cluster, definition: fields, at },
    diagnostics,
  };
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
