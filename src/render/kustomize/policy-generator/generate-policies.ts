import { checkShape } from '../../../util/check-shape.ts';
import { isRecord } from '../../../util/is-record.ts';
import type { KeyPath, SourceFile } from '../../../util/source-file.ts';
import { makeResource, type Fields, type KustomizeResource } from '../kustomize-resource.ts';
import { refuse, type KustomizeRun } from '../kustomize-run.ts';
import type { LoadedKustomization } from '../load-kustomization.ts';
import type { ReadObject } from '../read-objects.ts';
import { NOT_GENERATED, PolicyGeneratorConfig } from './policy-generator-config.ts';
import { placements } from './placements.ts';
import { policyTemplates } from './policy-templates.ts';
import { POLICY_API, policyWithDefaults, type FullPolicy } from './policy-with-defaults.ts';

/** Longer names cannot be replicated into a cluster's namespace. */
const MAX_NAME_LENGTH = 63;

/**
 * Policies, Placements and PlacementBindings of a PolicyGenerator, as policy-generator-plugin makes them (its reference and
 * ordering test data). The plugin could not be built here: what its documents leave open may differ.
 */
export function generatePolicies(run: KustomizeRun, { folder }: LoadedKustomization, { object, file }: ReadObject): KustomizeResource[] {
  if (refuseFields(run, object, file, [])) return [];
  const { value: config, diagnostics } = checkShape(PolicyGeneratorConfig, { ...file, value: object });
  run.diagnostics.push(...diagnostics);
  if (config === undefined) return [];
  const { policyDefaults: defaults } = config;
  const policies = config.policies.map((policy) => policyWithDefaults(policy, defaults));
  checkPolicies(run, policies, config, file);
  const made = policies.map((policy, index) => {
    const keys = ['policies', index];
    const templates = policyTemplates(run, folder, policy, file, keys);
    if (templates.length === 0) refuse(run, 'empty-policy', `policy ${policy.name} has no manifest`, 'name a file that holds an object', file.at(keys));
    const before = defaults.orderPolicies ? policies[index - 1] : undefined;
    const ordered = before && [{ apiVersion: POLICY_API, compliance: 'Compliant', kind: 'Policy', name: before.name, namespace: defaults.namespace }];
    return makeResource(policyObject(policy, defaults.namespace, templates, ordered ?? policy.dependencies), file.at(keys));
  });
  return [...made, ...placements(run, folder, policies, config, file)];
}

function policyObject(policy: FullPolicy, namespace: string, templates: readonly Fields[], dependencies: readonly object[]): Fields {
  const actions = new Set(templates.map(remediationOf).filter((action) => action !== undefined));
  const [action] = actions;
  const annotation = (name: string, value: string): Fields => ({ [`policy.open-cluster-management.io/${name}`]: value });
  return {
    apiVersion: POLICY_API,
    kind: 'Policy',
    metadata: {
      name: policy.name,
      namespace,
      annotations: {
        ...policy.policyAnnotations,
        ...annotation('categories', policy.categories.join(',')),
        ...annotation('controls', policy.controls.join(',')),
        ...annotation('standards', policy.standards.join(',')),
        ...annotation('description', policy.description),
      },
      ...(Object.keys(policy.policyLabels ?? {}).length > 0 && { labels: policy.policyLabels }),
    },
    spec: {
      disabled: policy.disabled,
      'policy-templates': templates,
      ...(dependencies.length > 0 && { dependencies }),
      ...(!policy.copyPolicyMetadata && { copyPolicyMetadata: false }),
      ...(actions.size === 1 && { remediationAction: action }),
    },
  };
}

function remediationOf({ objectDefinition }: Fields): string | undefined {
  const spec = isRecord(objectDefinition) ? objectDefinition['spec'] : undefined;
  const action = isRecord(spec) ? spec['remediationAction'] : undefined;
  return typeof action === 'string' ? action : undefined;
}

function checkPolicies(run: KustomizeRun, policies: readonly FullPolicy[], { policyDefaults }: PolicyGeneratorConfig, file: SourceFile): void {
  for (const [index, policy] of policies.entries()) {
    const wrong = (message: string, hint: string, ...keys: KeyPath): undefined =>
      refuse(run, 'wrong-policy', message, hint, file.at(['policies', index, ...keys]));
    const full = `${policyDefaults.namespace}.${policy.name}`;
    if (full.length > MAX_NAME_LENGTH) wrong(`${full} is longer than ${MAX_NAME_LENGTH} letters`, 'shorten the name or the namespace', 'name');
    if (policies.findIndex(({ name }) => name === policy.name) < index) wrong(`there are two policies ${policy.name}`, 'rename one of them', 'name');
    if (policy.orderManifests && policy.consolidateManifests)
      wrong('manifests in one ConfigurationPolicy cannot be ordered', 'set consolidateManifests: false');
    if (policy.orderManifests && policy.extraDependencies.length > 0)
      wrong('ordered manifests depend on each other', 'remove extraDependencies or orderManifests');
    if (policyDefaults.orderPolicies && policy.dependencies.length > 0) wrong('ordered policies depend on each other', 'remove dependencies or orderPolicies');
    if (!policy.consolidateManifests) continue;
    for (const [at, manifest] of policy.manifests.entries()) {
      for (const key of PER_POLICY) {
        if (JSON.stringify(manifest[key]) === JSON.stringify(policy[key])) continue;
        wrong(`${key} of a manifest differs, but all are in one ConfigurationPolicy`, 'set consolidateManifests: false', 'manifests', at, key);
      }
    }
  }
}

const PER_POLICY = [
  'evaluationInterval',
  'namespaceSelector',
  'pruneObjectBehavior',
  'remediationAction',
  'severity',
  'extraDependencies',
  'ignorePending',
] as const;

/** Only the generator's own fields are looked at: patches may hold any. @returns whether one was refused. */
function refuseFields(run: KustomizeRun, value: unknown, file: SourceFile, keys: KeyPath): boolean {
  if (Array.isArray(value)) return value.map((one, index) => refuseFields(run, one, file, [...keys, index])).includes(true);
  if (!isRecord(value)) return false;
  let isRefused = false;
  for (const [key, one] of Object.entries(value)) {
    const here = [...keys, key];
    const hint = NOT_GENERATED[key];
    if (hint !== undefined) {
      refuse(run, 'not-rendered', `${key} of a PolicyGenerator is not rendered`, hint, file.atKey(here));
      isRefused = true;
    } else if (!FREE.has(key) && refuseFields(run, one, file, here)) isRefused = true;
  }
  return isRefused;
}

const FREE: ReadonlySet<string> = new Set(['patches', 'labelSelector', 'namespaceSelector', 'policyAnnotations', 'policyLabels', 'metadata']);
