import { isRecord } from '../../util/is-record.ts';
import { mergeFieldSpecs, setAtField, type FieldSpec } from './field-spec.ts';
import type { LabelEntry } from './kustomization-file.ts';
import { currentId, idText, isOfKind, metadataOf, nameOf, originalId, sameId, storePreviousId, type KustomizeResource } from './kustomize-resource.ts';
import { refuse, type KustomizeRun } from './kustomize-run.ts';
import { ANNOTATION_FIELDS, METADATA_LABELS, SELECTOR_LABEL_FIELDS, TEMPLATE_LABEL_FIELDS, VOLUME_CLAIM_LABEL_FIELDS } from './label-fields.ts';
import type { LoadedKustomization } from './load-kustomization.ts';
import { isClusterScoped } from './cluster-scoped-kinds.ts';

const NAMESPACE_FIELDS: readonly FieldSpec[] = [
  { path: 'metadata/name', version: 'v1', kind: 'Namespace', create: true },
  { path: 'spec/service/namespace', group: 'apiregistration.k8s.io', kind: 'APIService', create: true },
  { path: 'spec/conversion/webhook/clientConfig/service/namespace', group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' },
];

/** `namespace`: every object that is not known to have none, a Namespace's own name, and subjects named default. */
export function setNamespace(run: KustomizeRun, resources: readonly KustomizeResource[], { file, kustomization }: LoadedKustomization): void {
  const { namespace } = kustomization;
  if (!namespace) return;
  for (const resource of resources) {
    storePreviousId(resource);
    const id = currentId(resource);
    if (!isClusterScoped(id)) metadataOf(resource.object)['namespace'] = namespace;
    for (const field of NAMESPACE_FIELDS) if (field.path !== 'metadata/name' || id.group === '') setAtField(resource.object, field, '', () => namespace);
    const { subjects } = resource.object;
    if (!['RoleBinding', 'ClusterRoleBinding'].includes(id.kind) || !Array.isArray(subjects)) continue;
    for (const subject of subjects as unknown[]) if (isRecord(subject) && subject['name'] === 'default') Object.assign(subject, { namespace });
  }
  for (const [index, resource] of resources.entries()) {
    const id = currentId(resource);
    if (resources.findIndex((one) => sameId(currentId(one), id)) === index) continue;
    refuse(run, 'duplicate-object', `with namespace ${namespace} there are two of ${idText(id)}`, 'rename or remove one of them', file.at(['namespace']));
  }
}

const NEVER_RENAMED = [{ kind: 'CustomResourceDefinition' }, { group: 'apiregistration.k8s.io', kind: 'APIService' }, { kind: 'Namespace' }];

export function addNamePrefix(resources: readonly KustomizeResource[], prefix: string): void {
  rename(resources, prefix, 'prefixes', (name) => `${prefix}${name}`);
}

export function addNameSuffix(resources: readonly KustomizeResource[], suffix: string): void {
  rename(resources, suffix, 'suffixes', (name) => `${name}${suffix}`);
}

function rename(resources: readonly KustomizeResource[], part: string, parts: 'prefixes' | 'suffixes', renamed: (name: string) => string): void {
  if (part === '') return;
  for (const resource of resources) {
    if (NEVER_RENAMED.some((kind) => isOfKind(originalId(resource), kind))) continue;
    resource[parts].push(part);
    storePreviousId(resource);
    metadataOf(resource.object)['name'] = renamed(nameOf(resource));
  }
}

/** `labels`, then `commonLabels`, then `commonAnnotations`. */
export function addLabels(resources: readonly KustomizeResource[], { kustomization }: LoadedKustomization): void {
  for (const label of kustomization.labels ?? []) addTexts(resources, label.pairs ?? {}, fieldsOf(label));
  addTexts(resources, kustomization.commonLabels ?? {}, SELECTOR_LABEL_FIELDS);
  addTexts(resources, kustomization.commonAnnotations ?? {}, ANNOTATION_FIELDS);
}

function fieldsOf(label: LabelEntry): FieldSpec[] {
  const own = label.fields ?? [];
  if (label.includeSelectors) return mergeFieldSpecs(own, SELECTOR_LABEL_FIELDS);
  const templates = label.includeTemplates ? TEMPLATE_LABEL_FIELDS : [];
  const claims = label.includeVolumeClaimTemplates ? VOLUME_CLAIM_LABEL_FIELDS : [];
  return mergeFieldSpecs(own, [...templates, ...claims, METADATA_LABELS]);
}

function addTexts(resources: readonly KustomizeResource[], texts: Readonly<Record<string, string>>, fields: readonly FieldSpec[]): void {
  if (Object.keys(texts).length === 0) return;
  for (const { object } of resources) {
    for (const field of fields) setAtField(object, field, {}, (value) => ({ ...(isRecord(value) ? value : {}), ...texts }));
  }
}
