import type { Json } from '../json.ts';
import { apiVersionOf } from './resource.ts';
import type { Resource } from './resource.ts';

const ROOT = '/openapi/v3';

/** OpenAPI v3 of what is served: the index, or one group version's document. What command lines check and explain with. */
export function openApi(resources: readonly Resource[], path: string): Json | undefined {
  if (path === ROOT) return { paths: Object.fromEntries([...new Set(resources.map(pathOf))].map((one) => [one, { serverRelativeURL: `${ROOT}/${one}` }])) };
  if (!path.startsWith(`${ROOT}/`)) return undefined;
  const wanted = path.slice(ROOT.length + 1);
  const served = resources.filter((one) => pathOf(one) === wanted);
  return served.length === 0 ? undefined : documentOf(served);
}

function pathOf(resource: Resource): string {
  return resource.group === '' ? `api/${resource.version}` : `apis/${apiVersionOf(resource)}`;
}

function documentOf(served: readonly Resource[]): Json {
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.3' },
    paths: Object.fromEntries(served.flatMap(pathsOf)),
    components: { schemas: Object.fromEntries(served.map((one) => [schemaName(one), schemaOf(one)])) },
  };
}

function schemaName({ group, version, kind }: Resource): string {
  const reversed = group === '' ? 'io.k8s.api.core' : group.split('.').toReversed().join('.');
  return `${reversed}.${version}.${kind}`;
}

function schemaOf({ group, version, kind, schema }: Resource): Json {
  const properties = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' }, ...(schema['properties'] as Json | undefined) };
  return { ...schema, type: 'object', properties, 'x-kubernetes-group-version-kind': [{ group, version, kind }] };
}

/** Query parameters of writes; a client looks for fieldValidation before it leaves validation to the server. */
const PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation', 'force', 'pretty'].map((name) => ({ name, in: 'query', schema: { type: 'string' } }));

function pathsOf(resource: Resource): [string, Json][] {
  const { group, version, kind, plural, namespaced } = resource;
  const base = `/${pathOf(resource)}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}`;
  const media = { schema: { $ref: `#/components/schemas/${schemaName(resource)}` } };
  const operation = (action: string, method: string): Json => ({
    operationId: `${action}${kind}`,
    parameters: method === 'get' ? [] : PARAMETERS,
    responses: { 200: { description: 'OK', content: { 'application/json': media } } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  });
  const parameter = (name: string): Json => ({ name, in: 'path', required: true, schema: { type: 'string' } });
  const place = namespaced ? [parameter('namespace')] : [];
  return [
    [base, { get: operation('list', 'get'), post: operation('post', 'post'), parameters: place }],
    [
      `${base}/{name}`,
      {
        get: operation('get', 'get'),
        put: operation('put', 'put'),
        patch: operation('patch', 'patch'),
        delete: operation('delete', 'delete'),
        parameters: [...place, parameter('name')],
      },
    ],
  ];
}
