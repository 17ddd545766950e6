import * as z from 'zod';

const Texts = z.record(z.string(), z.string());
const List = z.array(z.string());

const Dependency = z.strictObject({
  name: z.string().min(1),
  namespace: z.string().optional(),
  kind: z.string().optional(),
  apiVersion: z.string().optional(),
  compliance: z.string().optional(),
});

/** `2h30m`, as Go writes a duration, or never. */
const Interval = z.string().regex(/^(never|(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+|0|)$/, 'write a duration as 2h30m, or never');

/** What a manifest may say beside its policy, and a policy beside the defaults. */
const Compliance = {
  complianceType: z.enum(['musthave', 'mustonlyhave', 'mustnothave']).optional(),
  metadataComplianceType: z.enum(['musthave', 'mustonlyhave']).optional(),
  evaluationInterval: z.strictObject({ compliant: Interval.optional(), noncompliant: Interval.optional() }).optional(),
  namespaceSelector: z
    .strictObject({
      include: List.optional(),
      exclude: List.optional(),
      matchLabels: Texts.optional(),
      matchExpressions: z.array(z.record(z.string(), z.unknown())).optional(),
    })
    .optional(),
  pruneObjectBehavior: z.enum(['DeleteIfCreated', 'DeleteAll', 'None']).optional(),
  remediationAction: z.enum(['inform', 'enforce', 'InformOnly', 'informOnly', 'Inform', 'Enforce']).optional(),
  severity: z.enum(['low', 'medium', 'high', 'critical']).optional(),
  extraDependencies: z.array(Dependency).optional(),
  ignorePending: z.boolean().optional(),
};

const Manifest = z.strictObject({ path: z.string().min(1), patches: z.array(z.record(z.string(), z.unknown())).optional(), ...Compliance });

const Placement = z.strictObject({
  labelSelector: z.record(z.string(), z.unknown()).optional(),
  name: z.string().optional(),
  placementName: z.string().optional(),
  placementPath: z.string().optional(),
});

const PolicyOptions = {
  ...Compliance,
  categories: List.optional(),
  controls: List.optional(),
  standards: List.optional(),
  description: z.string().optional(),
  consolidateManifests: z.boolean().optional(),
  orderManifests: z.boolean().optional(),
  copyPolicyMetadata: z.boolean().optional(),
  dependencies: z.array(Dependency).optional(),
  disabled: z.boolean().optional(),
  // For Gatekeeper's and Kyverno's manifests, which are refused.
  informGatekeeperPolicies: z.boolean().optional(),
  informKyvernoPolicies: z.boolean().optional(),
  generatePolicyPlacement: z.boolean().optional(),
  policyAnnotations: Texts.optional(),
  policyLabels: Texts.optional(),
  configurationPolicyAnnotations: Texts.optional(),
  placement: Placement.optional(),
};

const DNS_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

const Policy = z.strictObject({
  name: z.string().regex(DNS_NAME, 'use small letters, digits, - and .'),
  manifests: z.array(Manifest).min(1),
  ...PolicyOptions,
});

const Defaults = z.strictObject({ namespace: z.string().min(1), orderPolicies: z.boolean().optional(), ...PolicyOptions });

/** A PolicyGenerator (docs/policygenerator-reference.yaml of policy-generator-plugin). Unknown fields are mistakes, as there. */
export const PolicyGeneratorConfig = z.strictObject({
  apiVersion: z.literal('policy.open-cluster-management.io/v1'),
  kind: z.literal('PolicyGenerator'),
  metadata: z.looseObject({ name: z.string().min(1) }),
  placementBindingDefaults: z.strictObject({ name: z.string().optional() }).optional(),
  policyDefaults: Defaults,
  policies: z.array(Policy).min(1),
});

export type PolicyGeneratorConfig = z.infer<typeof PolicyGeneratorConfig>;
export type PolicyDefaults = z.infer<typeof Defaults>;
export type PolicyEntry = z.infer<typeof Policy>;
export type ManifestEntry = z.infer<typeof Manifest>;
export type PlacementEntry = z.infer<typeof Placement>;
export type DependencyEntry = z.infer<typeof Dependency>;

const PLACEMENT_RULE = 'write a Placement: PlacementRule is deprecated';
const POLICY_SET = 'bind each policy by its placement: sets are not rendered';

/** Fields of the generator that are refused by name, wherever they stand, and what to do instead. */
export const NOT_GENERATED: Readonly<Record<string, string>> = {
  clusterSelectors: PLACEMENT_RULE,
  clusterSelector: PLACEMENT_RULE,
  placementRulePath: PLACEMENT_RULE,
  placementRuleName: PLACEMENT_RULE,
  policySets: POLICY_SET,
  policySetDefaults: POLICY_SET,
  generatePlacementWhenInSet: POLICY_SET,
  recordDiff: 'remove it: it is not rendered',
  recreateOption: 'remove it: it is not rendered',
  customMessage: 'remove it: it is not rendered',
  hubTemplateOptions: 'remove it: it is not rendered',
  objectSelector: 'remove it: it is not rendered',
  gatekeeperEnforcementAction: 'remove it: it is not rendered',
  openapi: 'write whole lists in the patch: lists of custom kinds are replaced',
};
