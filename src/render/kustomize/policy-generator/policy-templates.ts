import { isRecord } from '../../../util/is-record.ts';
import type { KeyPath, SourceFile } from '../../../util/source-file.ts';
import type { Fields } from '../kustomize-resource.ts';
import { refuse, type KustomizeRun } from '../kustomize-run.ts';
import { POLICY_API, type FullDependency, type FullManifest, type FullPolicy } from './policy-with-defaults.ts';
import { readManifests } from './read-manifests.ts';

/** One ConfigurationPolicy around all manifests, or one around each; policies among the manifests stand for themselves. */
export function policyTemplates(run: KustomizeRun, folder: string, policy: FullPolicy, config: SourceFile, keys: KeyPath): Fields[] {
  const templates: Fields[] = [];
  const consolidated: Fields[] = [];
  for (const [index, manifest] of policy.manifests.entries()) {
    const here = [...keys, 'manifests', index];
    for (const object of readManifests(run, folder, manifest, config, here)) {
      if (isRefused(run, object, config, here)) continue;
      if (isTemplate(object)) {
        templates.push(withOptions({ objectDefinition: object }, manifest.ignorePending, manifest.extraDependencies));
        continue;
      }
      const { complianceType, metadataComplianceType } = manifest;
      const template = { complianceType, objectDefinition: object, ...(metadataComplianceType !== undefined && { metadataComplianceType }) };
      if (policy.consolidateManifests) consolidated.push(template);
      else {
        const built = configurationPolicy(policy, templates.length + 1, [template], manifest);
        templates.push(withOptions(built, manifest.ignorePending, manifest.extraDependencies));
      }
    }
  }
  if (consolidated.length > 0) {
    templates.push(withOptions(configurationPolicy(policy, 1, consolidated, policy), policy.ignorePending, policy.extraDependencies));
  }
  return policy.orderManifests ? ordered(templates) : templates;
}

type Options = Pick<FullManifest, 'evaluationInterval' | 'remediationAction' | 'severity'> &
  Partial<Pick<FullManifest, 'namespaceSelector' | 'pruneObjectBehavior'>>;

function configurationPolicy(policy: FullPolicy, number: number, templates: readonly Fields[], options: Options): Fields {
  const { compliant, noncompliant } = options.evaluationInterval;
  const interval = { ...(compliant && { compliant }), ...(noncompliant && { noncompliant }) };
  const annotations = policy.configurationPolicyAnnotations ?? {};
  return {
    objectDefinition: {
      apiVersion: POLICY_API,
      kind: 'ConfigurationPolicy',
      metadata: { name: number > 1 ? `${policy.name}${number}` : policy.name, ...(Object.keys(annotations).length > 0 && { annotations }) },
      spec: {
        'object-templates': templates,
        remediationAction: options.remediationAction,
        severity: options.severity,
        ...(Object.keys(interval).length > 0 && { evaluationInterval: interval }),
        ...(options.namespaceSelector && { namespaceSelector: options.namespaceSelector }),
        ...(options.pruneObjectBehavior && { pruneObjectBehavior: options.pruneObjectBehavior }),
      },
    },
  };
}

function withOptions(template: Fields, ignorePending: boolean | undefined, extraDependencies: readonly FullDependency[]): Fields {
  return { ...template, ...(ignorePending && { ignorePending }), ...(extraDependencies.length > 0 && { extraDependencies }) };
}

function ordered(templates: readonly Fields[]): Fields[] {
  return templates.map((template, index) => {
    const before = templates[index - 1]?.['objectDefinition'];
    if (!isRecord(before)) return template;
    const { apiVersion, kind, metadata } = before;
    const name = isRecord(metadata) ? metadata['name'] : undefined;
    return { ...template, extraDependencies: [{ apiVersion, compliance: 'Compliant', kind, name }] };
  });
}

function isTemplate({ apiVersion, kind }: Fields): boolean {
  return String(apiVersion).startsWith('policy.open-cluster-management.io') && String(kind).endsWith('Policy');
}

function isRefused(run: KustomizeRun, { apiVersion, kind }: Fields, config: SourceFile, keys: KeyPath): boolean {
  const group = String(apiVersion).split('/')[0]!;
  if (group === 'policy.open-cluster-management.io' && kind === 'Policy') {
    refuse(run, 'not-a-manifest', 'a Policy cannot be a manifest of a policy', 'list it under resources of the kustomization', config.at([...keys, 'path']));
    return true;
  }
  if (!/(^|\.)(gatekeeper\.sh|kyverno\.io)$/.test(group)) return false;
  refuse(run, 'not-rendered', `policies of ${group} are not rendered as manifests`, 'write the ConfigurationPolicy yourself', config.at([...keys, 'path']));
  return true;
}
