import { StatusError } from './status-error.ts';
import type { ApiRequest } from './parties.ts';

/** The form in which a client wants its answer. */
export interface Form {
  readonly shape: 'object' | 'table' | 'metadata';
  readonly isYaml: boolean;
}

const JSON_TYPES = ['application/json', 'application/*', '*/*'];

/** The first form of the Accept header that this server has. @throws StatusError 406 */
export function negotiate({ headers }: ApiRequest): Form {
  const accept = headers.accept ?? '';
  if (accept.trim() === '') return { shape: 'object', isYaml: false };
  for (const one of accept.split(',')) {
    const [type = '', ...parameters] = one.split(';').map((part) => part.trim());
    const isYaml = type === 'application/yaml';
    if (!isYaml && !JSON_TYPES.includes(type)) continue;
    const shape = shapeOf(parameters);
    if (shape !== undefined) return { shape, isYaml };
  }
  const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  throw new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${accepted}`);
}

function shapeOf(parameters: readonly string[]): Form['shape'] | undefined {
  const as = parameters.find((one) => one.startsWith('as='))?.slice(3);
  if (as === undefined) return 'object';
  if (!parameters.includes('g=meta.k8s.io') || !parameters.includes('v=v1')) return undefined;
  if (as === 'Table') return 'table';
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList' ? 'metadata' : undefined;
}
