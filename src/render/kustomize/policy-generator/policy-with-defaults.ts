import type { DependencyEntry, ManifestEntry, PlacementEntry, PolicyDefaults, PolicyEntry } from './policy-generator-config.ts';

export const POLICY_API = 'policy.open-cluster-management.io/v1';

/** A policy with everything that it leaves to `policyDefaults`, and each manifest with what it leaves to the policy. */
export function policyWithDefaults(policy: PolicyEntry, defaults: PolicyDefaults) {
  const { namespace, orderPolicies: _, ...given } = defaults;
  const merged = { ...BUILT_IN, ...withoutUndefined(given), ...withoutUndefined(policy) };
  const settings = {
    ...merged,
    consolidateManifests: policy.consolidateManifests ?? (merged.orderManifests ? false : (defaults.consolidateManifests ?? true)),
    evaluationInterval: { ...defaults.evaluationInterval, ...policy.evaluationInterval },
    namespaceSelector: isSet(policy.namespaceSelector) ? policy.namespaceSelector : defaults.namespaceSelector,
    placement: placementOf(policy.placement ?? {}, defaults.placement ?? {}),
    dependencies: (policy.dependencies ?? defaults.dependencies ?? []).map((one) => dependency(one, namespace)),
    extraDependencies: (policy.extraDependencies ?? defaults.extraDependencies ?? []).map((one) => dependency(one, namespace)),
  };
  return { ...settings, manifests: policy.manifests.map((manifest) => manifestWithDefaults(manifest, settings, namespace)) };
}

export type FullPolicy = ReturnType<typeof policyWithDefaults>;
export type FullManifest = FullPolicy['manifests'][number];

const BUILT_IN = {
  categories: ['CM Configuration Management'],
  controls: ['CM-2 Baseline Configuration'],
  standards: ['NIST SP 800-53'],
  complianceType: 'musthave',
  remediationAction: 'inform',
  severity: 'low',
  description: '',
  disabled: false,
  copyPolicyMetadata: true,
  ignorePending: false,
  orderManifests: false,
  generatePolicyPlacement: true,
} as const;

type Inherited = Pick<PolicyEntry, 'complianceType' | 'metadataComplianceType' | 'pruneObjectBehavior' | 'remediationAction' | 'severity' | 'ignorePending'> &
  Required<Pick<PolicyEntry, 'evaluationInterval'>> & {
    readonly namespaceSelector?: PolicyEntry['namespaceSelector'];
    readonly extraDependencies: readonly FullDependency[];
  };

function manifestWithDefaults(manifest: ManifestEntry, policy: Inherited, namespace: string) {
  return {
    path: manifest.path,
    patches: manifest.patches ?? [],
    complianceType: manifest.complianceType ?? policy.complianceType,
    metadataComplianceType: manifest.metadataComplianceType ?? policy.metadataComplianceType,
    evaluationInterval: { ...policy.evaluationInterval, ...manifest.evaluationInterval },
    namespaceSelector: isSet(manifest.namespaceSelector) ? manifest.namespaceSelector : policy.namespaceSelector,
    pruneObjectBehavior: manifest.pruneObjectBehavior ?? policy.pruneObjectBehavior,
    remediationAction: manifest.remediationAction ?? policy.remediationAction,
    severity: manifest.severity ?? policy.severity,
    extraDependencies: manifest.extraDependencies?.map((one) => dependency(one, namespace)) ?? policy.extraDependencies,
    ignorePending: manifest.ignorePending ?? policy.ignorePending,
  };
}

export type FullDependency = Required<Omit<DependencyEntry, 'namespace'>> & Pick<DependencyEntry, 'namespace'>;

function dependency({ name, kind = 'Policy', apiVersion = POLICY_API, compliance = 'Compliant', namespace }: DependencyEntry, own: string): FullDependency {
  const where = namespace ?? (kind === 'Policy' ? own : undefined);
  return { apiVersion, compliance, kind, name, ...(where !== undefined && { namespace: where }) };
}

/** Where the clusters come from is the policy's choice or the default's, not a mixture; a name of the policy's own counts beside it. */
function placementOf(own: PlacementEntry, defaults: PlacementEntry): PlacementEntry {
  if (isSet(own.labelSelector) || own.placementPath || own.placementName) return own;
  const { placementPath, placementName, labelSelector } = defaults;
  if (placementPath) return { ...own, placementPath };
  return placementName ? { ...own, placementName } : { ...own, ...(labelSelector && { labelSelector }) };
}

function isSet(value: object | undefined): boolean {
  return value !== undefined && Object.keys(value).length > 0;
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
