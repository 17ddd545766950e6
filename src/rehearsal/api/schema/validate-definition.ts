import { isJson, list, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import type { Cause } from '../status-error.ts';

const required = (field: string, why = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: why === '' ? 'Required value' : `Required value: ${why}`,
  field,
});
const invalid = (field: string, value: unknown, why: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
  field,
});

/** What is wrong with a CustomResourceDefinition: its names, its versions, and schemas that are not structural. */
export function definitionCauses(definition: Json): Cause[] {
  const spec = member(definition, 'spec');
  const names = member(spec, 'names');
  const name = text(member(definition, 'metadata'), 'name');
  const versions = list(spec, 'versions').filter(isJson);
  const causes: Cause[] = [];
  if (name !== `${text(names, 'plural')}.${text(spec, 'group')}`) causes.push(invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  for (const key of ['plural', 'kind']) if (text(names, key) === '') causes.push(required(`spec.names.${key}`));
  if (text(spec, 'group') === '') causes.push(required('spec.group'));
  const scope = text(spec, 'scope');
  if (scope === '') causes.push(required('spec.scope'));
  else if (!['Cluster', 'Namespaced'].includes(scope))
    causes.push({
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(scope)}: supported values: "Cluster", "Namespaced"`,
      field: 'spec.scope',
    });
  if (versions.length === 0) causes.push(required('spec.versions'));
  if (versions.length > 0 && versions.filter((one) => one['storage'] === true).length !== 1) {
    causes.push(invalid('spec.versions', versions.map(inGoWords), 'must have exactly one version marked as storage version'));
    if (!versions.some((one) => one['storage'] === true)) causes.push(invalid('status.storedVersions', null, 'must have at least one stored version'));
  }
  return [...causes, ...versions.flatMap((version, index) => versionCauses(version, index, versions))];
}

/** A version as Go prints the internal type: a schema that all versions share is kept elsewhere. */
function inGoWords(version: Json): Json {
  return {
    Name: version['name'],
    Served: version['served'] === true,
    Storage: version['storage'] === true,
    Deprecated: version['deprecated'] === true,
    DeprecationWarning: null,
    Schema: null,
    Subresources: null,
    AdditionalPrinterColumns: null,
    SelectableFields: null,
  };
}

function versionCauses(version: Json, index: number, versions: readonly Json[]): Cause[] {
  const schema = member(version, 'schema')['openAPIV3Schema'];
  const own = `spec.versions[${index}].schema.openAPIV3Schema`;
  if (!isJson(schema)) return [required(own)];
  const isShared = versions.every((one) => JSON.stringify(one['schema']) === JSON.stringify(version['schema']));
  if (isShared && index > 0) return [];
  return structuralCauses(schema, isShared ? 'spec.validation.openAPIV3Schema' : own, true);
}

function structuralCauses(schema: Json, path: string, isRoot: boolean): Cause[] {
  const properties = Object.entries(member(schema, 'properties'));
  const causes = properties.flatMap(([name, one]) => (isJson(one) ? structuralCauses(one, `${path}.properties[${name}]`, false) : []));
  for (const key of ['items', 'additionalProperties']) {
    const below = schema[key];
    if (isJson(below)) causes.push(...structuralCauses(below, `${path}.${key}`, false));
  }
  const isFree = schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (text(schema, 'type') !== '' || (isFree && !isRoot)) return causes;
  const what = path.endsWith('.items') ? 'array items' : path.endsWith('.additionalProperties') ? 'object additionalProperties' : 'object fields';
  return [...causes, required(`${path}.type`, isRoot ? 'must not be empty at the root' : `must not be empty for specified ${what}`)];
}
