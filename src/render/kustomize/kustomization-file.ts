import * as z from 'zod';

const Texts = z.record(z.string(), z.string());
const Paths = z.array(z.string().min(1));

const Selector = z.strictObject({
  group: z.string().optional(),
  version: z.string().optional(),
  kind: z.string().optional(),
  name: z.string().optional(),
  namespace: z.string().optional(),
  labelSelector: z.string().optional(),
  annotationSelector: z.string().optional(),
});

const Patch = z.strictObject({
  path: z.string().optional(),
  patch: z.string().optional(),
  target: Selector.optional(),
  options: z.strictObject({ allowNameChange: z.boolean().optional(), allowKindChange: z.boolean().optional() }).optional(),
});

const FieldSpecs = z.array(
  z.strictObject({
    path: z.string(),
    group: z.string().optional(),
    version: z.string().optional(),
    kind: z.string().optional(),
    create: z.boolean().optional(),
  }),
);

const Label = z.strictObject({
  pairs: Texts.optional(),
  includeSelectors: z.boolean().optional(),
  includeTemplates: z.boolean().optional(),
  includeVolumeClaimTemplates: z.boolean().optional(),
  fields: FieldSpecs.optional(),
});

const GeneratorOptions = z.strictObject({
  labels: Texts.optional(),
  annotations: Texts.optional(),
  disableNameSuffixHash: z.boolean().optional(),
  immutable: z.boolean().optional(),
});

const MapGenerator = z.strictObject({
  name: z.string({ error: 'give the generator a name' }).min(1),
  namespace: z.string().optional(),
  behavior: z.enum(['create', 'replace', 'merge']).optional(),
  literals: z.array(z.string()).optional(),
  files: Paths.optional(),
  envs: Paths.optional(),
  env: z.string().optional(),
  options: GeneratorOptions.optional(),
});

const SecretGenerator = MapGenerator.extend({ type: z.string().optional() });

/** The part of a kustomization that is rendered; `NOT_RENDERED` names the rest. */
export const Kustomization = z.strictObject({
  apiVersion: z.enum(['kustomize.config.k8s.io/v1beta1', 'kustomize.config.k8s.io/v1alpha1']).optional(),
  kind: z.enum(['Kustomization', 'Component']).optional(),
  metadata: z.looseObject({}).optional(),
  resources: Paths.nullish(),
  bases: Paths.nullish(),
  components: Paths.nullish(),
  generators: Paths.nullish(),
  configMapGenerator: z.array(MapGenerator).nullish(),
  secretGenerator: z.array(SecretGenerator).nullish(),
  generatorOptions: GeneratorOptions.nullish(),
  patches: z.array(Patch).nullish(),
  patchesStrategicMerge: z.array(z.string()).nullish(),
  patchesJson6902: z.array(Patch).nullish(),
  namespace: z.string().nullish(),
  namePrefix: z.string().nullish(),
  nameSuffix: z.string().nullish(),
  labels: z.array(Label).nullish(),
  commonLabels: Texts.nullish(),
  commonAnnotations: Texts.nullish(),
  sortOptions: z
    .strictObject({
      order: z.enum(['legacy', 'fifo']),
      legacySortOptions: z.strictObject({ orderFirst: z.array(z.string()), orderLast: z.array(z.string()) }).optional(),
    })
    .nullish(),
});

export type Kustomization = z.infer<typeof Kustomization>;
export type KustomizationPatch = z.infer<typeof Patch>;
export type PatchTarget = z.infer<typeof Selector>;
export type LabelEntry = z.infer<typeof Label>;
export type MapGenerator = z.infer<typeof MapGenerator>;
export type SecretGenerator = z.infer<typeof SecretGenerator>;
export type GeneratorOptions = z.infer<typeof GeneratorOptions>;

/** Fields of kustomize that are refused by name, and what to do instead. */
export const NOT_RENDERED: Readonly<Record<string, string>> = {
  images: 'write the image with a patch',
  imageTags: 'write the image with a patch',
  replicas: 'write the number with a patch',
  replacements: 'write the value out, or patch it in',
  vars: 'write the value out, or patch it in',
  transformers: 'use patches, labels, namespace or namePrefix of the kustomization itself',
  validators: 'remove it: objects are checked when they are applied',
  helmCharts: 'commit what the chart renders, and list it under resources',
  helmGlobals: 'commit what the chart renders, and list it under resources',
  helmChartInflationGenerator: 'commit what the chart renders, and list it under resources',
  configurations: 'use patches where a field is not one of kustomize’s own',
  crds: 'use patches where a field is not one of kustomize’s own',
  openapi: 'write the whole list in the patch: lists of custom kinds are replaced',
  buildMetadata: 'remove it: annotations of origin are not written',
};
