import { parseDocument } from 'yaml';
import type { KubeObject, ObjectRef } from '../../kube/objects.ts';
import { isRecord } from '../../util/is-record.ts';
import { executeTemplate, parseOperatorTemplate } from '../go-template/execute-template.ts';
import type { Typed } from '../go-template/go-types.ts';
import { CLUSTER_IMAGE_SET, type ClusterInstanceSpec } from './cluster-instance.ts';
import { templateKey } from './foreign-templates.ts';
import { isWave } from './sync-wave.ts';

/** Templates of a user's: by `namespace/name` of their ConfigMap the text of each key, and the image that the ClusterImageSet names. */
export interface UserTemplates {
  readonly texts: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly releaseImage: string;
}

/** The texts of templates that are there, and the release image of the ClusterImageSet. */
export function userTemplates(get: (ref: ObjectRef) => KubeObject | undefined, spec: ClusterInstanceSpec, foreign: readonly ObjectRef[]): UserTemplates {
  const imageSet = get({ ...CLUSTER_IMAGE_SET, name: spec.clusterImageSetNameRef })?.['spec'] as { readonly releaseImage?: string } | undefined;
  const texts = foreign.map(
    (ref) => [templateKey({ name: ref.name, namespace: ref.namespace! }), (get(ref)?.['data'] ?? {}) as Readonly<Record<string, string>>] as const,
  );
  return { texts: new Map(texts), releaseImage: imageSet?.releaseImage ?? '' };
}

/**
 * The objects that the Go templates of one ConfigMap give, in the order of its keys; blank output gives none.
 *
 * @throws Error with the operator's words.
 */
export function renderUserTemplates(texts: Readonly<Record<string, string>>, data: Typed): KubeObject[] {
  return Object.keys(texts)
    .toSorted()
    .flatMap((key) => {
      const text = rendered(key, texts[key]!, data);
      return text.trim() === '' ? [] : [objectOf(key, text)];
    });
}

function rendered(key: string, source: string, data: Typed): string {
  const template = naming(`encountered an error parsing template ${key}: failed to parse template`, () => parseOperatorTemplate(key, source));
  return naming(`failed to execute template ${key}`, () => executeTemplate(template, data));
}

function naming<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

function objectOf(key: string, text: string): KubeObject {
  const document = parseDocument(text, { version: '1.1', prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    // go-yaml names the line where it stopped; ours may begin where the value did, with an echo that ends there.
    const end = Math.max(...document.errors.filter(({ pos }) => pos[0] === error.pos[0]).map(({ pos }) => pos[1]));
    throw new Error(`failed to unmarshal YAML: yaml: line ${text.slice(0, end).split('\n').length}: ${goWords(error.code)}`);
  }
  const value: unknown = document.toJS();
  const object = isRecord(value) ? value : {};
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  for (const field of ['apiVersion', 'kind'])
    if (typeof object[field] !== 'string' || object[field] === '') throw new Error(`missing ${field} in template ${key}`);
  if (typeof metadata['name'] !== 'string' || metadata['name'] === '') throw new Error(`missing metadata.name in template ${key}`);
  const found = object as unknown as KubeObject;
  if (!isWave(found)) throw new Error(`failed to parse sync-wave of ${key}: it is no whole number`);
  return found;
}

/** go-yaml's words for the commonest mistakes. */
function goWords(code: string): string {
  if (code === 'TAB_AS_INDENT') return 'found character that cannot start any token';
  if (code === 'BLOCK_AS_IMPLICIT_KEY' || code === 'BLOCK_IN_FLOW' || code === 'BAD_INDENT') return 'mapping values are not allowed in this context';
  if (code === 'DUPLICATE_KEY') return 'mapping key already defined';
  return 'did not find expected key';
}
