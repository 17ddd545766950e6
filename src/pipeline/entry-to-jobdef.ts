import * as z from 'zod';
import { RolloutKeys } from '../contract/rollout.ts';
import { NetworkKeys } from '../contract/network.ts';
import { GitopsKeys } from '../contract/sites-repo.ts';
import { checkShape, type Examples } from '../util/check-shape.ts';
import { closest } from '../util/closest.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import { type FilePosition, isLabwrightError } from '../util/errors.ts';
import type { Parsed } from '../util/source-file.ts';
import { ACTIONS, type Jobdef } from './jobdef.ts';
import { parseDuration } from './parse-duration.ts';
import { readComponentEntry } from './select-component.ts';

const names = z.union([z.string().transform((name) => [name]), z.array(z.string())]).default([]);
const Shape = z.object({
  name: z.string().min(1, 'write the name of the job'),
  stage: z.string().min(1, 'write the name of a stage'),
  prev_stages: names,
  needs: names,
  after: names,
  topic: z.string().optional(),
  use_previous_topic: z.unknown().optional(),
  components: z.array(z.unknown()).default([]),
  action: z.string().optional(),
  ansible_playbook: z.string().optional(),
  cluster: z.string().optional(),
  ...GitopsKeys.shape,
  ...NetworkKeys.shape,
  ...RolloutKeys.shape,
  inputs: z.record(z.string(), z.string()).default({}),
  outputs: z.record(z.string(), z.string()).default({}),
  timeout: z
    .string()
    .refine((text) => parseDuration(text) !== undefined, 'write a time with its units, as 90m or 1h30m')
    .transform((text) => parseDuration(text) ?? null)
    .optional(),
});
const EXAMPLES: Examples = {
  name: 'name: hub1-install',
  stage: 'stage: hub',
  prev_stages: 'prev_stages: [hub]',
  needs: 'needs: [hub1-install]',
  after: 'after: [sno1-detach]',
  topic: 'topic: OCP-4.18',
  components: 'components: [ocp]',
  cluster: 'cluster: hub1',
  implementation: 'implementation: gitops',
  network: 'network: disconnected',
  sites_repo: 'sites_repo: {url: https://git.our.pretty.lab/sites.git, branch: main}',
  driver: 'driver: talm',
  clusters: 'clusters: [sno1, sno2]',
  canaries: 'canaries: [sno1]',
  max_concurrency: 'max_concurrency: 2',
  inputs: 'inputs: {hub_kubeconfig: hub_kubeconfig}',
  outputs: 'outputs: {hub_kubeconfig: kubeconfig}',
  timeout: 'timeout: 90m',
};

/** Ours by design, read by nothing yet: silence would make a user rely on them. */
const FUTURE_KEYS = ['when', 'matrix', 'retries', 'resources', 'concurrency_group'];
const OUR_KEYS = [
  'action',
  'after',
  'cluster',
  ...Object.keys(RolloutKeys.shape),
  'implementation',
  'needs',
  'network',
  'sites_repo',
  'timeout',
  ...FUTURE_KEYS,
];
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
    const near = closest(key, OUR_KEYS.concat(DCI_KEYS));
    report(
      'unknown-key',
      'warning',
      key,
      `nothing reads the key "${key}"`,
      near ? `did you mean ${near}?` : 'remove it, or keep it as a note: it is stored with the job',
    );
  }
  const value = { ...fields, stage: fields['stage'] ?? fields['type'] };
  const checked = checkShape(Shape, { value, at: (keys) => at(String(keys[0])), atKey: (keys) => at(String(keys[0] ?? 'name')) }, EXAMPLES);
  diagnostics.push(...checked.diagnostics);
  const shape = checked.value;
  if (!shape) return { value: undefined, diagnostics };
  const action = ACTIONS.find((one) => one === shape.action);
  if (shape.action !== undefined && !action) {
    const near = closest(shape.action, ACTIONS);
    report(
      'unknown-action',
      'error',
      'action',
      `there is no action "${shape.action}"`,
      `${near ? `did you mean ${near}? ` : ''}write one of: ${ACTIONS.join(', ')}`,
    );
    return { value: undefined, diagnostics };
  }
  if (shape.action && shape.ansible_playbook !== undefined)
    report('two-ways-to-run', 'error', 'action', `${shape.name} has both action and ansible_playbook`, 'keep one of the two');
  if (!shape.action && shape.ansible_playbook === undefined)
    report(
      'nothing-to-run',
      'error',
      'name',
      `${shape.name} has neither action nor ansible_playbook`,
      'add action: install and cluster: NAME, or ansible_playbook: FILE',
    );
  for (const entry of shape.components) {
    try {
      readComponentEntry(entry);
    } catch (error) {
      if (!isLabwrightError(error)) throw error;
      report('bad-component', 'error', 'components', error.message, error.hint ?? 'write type, type=version or type?field:value');
    }
  }
  const { name, stage, needs, after, topic, components, inputs, outputs, implementation, network } = shape;
  const cluster = shape.cluster ?? shape.clusters?.[0];
  const rollout: RolloutKeys = { driver: shape.driver, clusters: shape.clusters, canaries: shape.canaries, max_concurrency: shape.max_concurrency };
  const { prev_stages: prevStages, ansible_playbook: ansiblePlaybook, sites_repo: sitesRepo } = shape;
  const rest = {
    name,
    stage,
    needs,
    after,
    topic,
    components,
    action,
    cluster,
    inputs,
    outputs,
    prevStages,
    ansiblePlaybook,
    implementation,
    network,
    sitesRepo,
    rollout,
  };
  return { value: { ...rest, usePreviousTopic: shape.use_previous_topic === true, timeoutMs: shape.timeout ?? null, definition: fields, at }, diagnostics };
}
