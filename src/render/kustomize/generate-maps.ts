import type { FilePosition } from '../../util/errors.ts';
import type { KeyPath } from '../../util/source-file.ts';
import type { GeneratorOptions, MapGenerator, SecretGenerator } from './kustomization-file.ts';
import { makeResource, type Fields, type KustomizeResource } from './kustomize-resource.ts';
import { refuse, type KustomizeRun } from './kustomize-run.ts';
import type { LoadedKustomization } from './load-kustomization.ts';
import { readFile } from './read-file.ts';

/** `configMapGenerator`, then `secretGenerator`. */
export function generateMaps(run: KustomizeRun, loaded: LoadedKustomization): KustomizeResource[] {
  const { configMapGenerator, secretGenerator } = loaded.kustomization;
  return [
    ...(configMapGenerator ?? []).map((map, index) => generate(run, loaded, 'ConfigMap', map, ['configMapGenerator', index])),
    ...(secretGenerator ?? []).map((map, index) => generate(run, loaded, 'Secret', map, ['secretGenerator', index])),
  ];
}

function generate(run: KustomizeRun, loaded: LoadedKustomization, kind: 'ConfigMap' | 'Secret', map: SecretGenerator, keys: KeyPath): KustomizeResource {
  const options = withGlobal(map.options, loaded.kustomization.generatorOptions ?? undefined);
  const values = valuesOf(run, loaded, map, keys);
  const data = Object.fromEntries(kind === 'Secret' ? values.map(([key, value]) => [key, base64(value)]) : values);
  const object: Fields = {
    apiVersion: 'v1',
    kind,
    metadata: {
      name: map.name,
      ...(map.namespace && { namespace: map.namespace }),
      ...(filled(options.labels) && { labels: { ...options.labels } }),
      ...(filled(options.annotations) && { annotations: { ...options.annotations } }),
    },
    ...(kind === 'Secret' && { type: map.type || 'Opaque' }),
    ...((kind === 'Secret' || values.length > 0) && { data }),
    ...(options.immutable && { immutable: true }),
  };
  return makeResource(object, loaded.file.at(keys), { behavior: map.behavior ?? 'unspecified', needsHash: !options.disableNameSuffixHash });
}

/** What `generatorOptions` says counts where the generator is silent; what it switches on stays on. */
function withGlobal(own: GeneratorOptions = {}, global: GeneratorOptions = {}): GeneratorOptions {
  return {
    labels: { ...global.labels, ...own.labels },
    annotations: { ...global.annotations, ...own.annotations },
    disableNameSuffixHash: own.disableNameSuffixHash || global.disableNameSuffixHash,
    immutable: own.immutable || global.immutable,
  };
}

function filled(texts: Readonly<Record<string, string>> | undefined): boolean {
  return Object.keys(texts ?? {}).length > 0;
}

function valuesOf(run: KustomizeRun, { folder, file }: LoadedKustomization, map: MapGenerator, keys: KeyPath): [string, string][] {
  const values: [string, string][] = [];
  const add = (key: string, value: string, at: FilePosition): void => {
    if (!/^[-._a-zA-Z0-9]+$/.test(key)) refuse(run, 'wrong-key', `"${key}" cannot be a key of ${map.name}`, 'use letters, digits, -, _ and .', at);
    else if (values.some(([one]) => one === key)) refuse(run, 'duplicate-key', `${map.name} has the key ${key} twice`, 'remove or rename one of the two', at);
    else values.push([key, value]);
  };
  const envs = [...(map.envs ?? []).map((path, index) => [path, ['envs', index]] as const), ...(map.env ? [[map.env, ['env']] as const] : [])];
  for (const [path, where] of envs) {
    const found = readFile(run, folder, path, file.at([...keys, ...where]));
    for (const [index, line] of (found?.text ?? '')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/)
      .entries()) {
      const text = line.trimStart();
      if (text === '' || text.startsWith('#')) continue;
      const equals = text.indexOf('=');
      add(equals < 0 ? text : text.slice(0, equals), equals < 0 ? '' : text.slice(equals + 1), { path: found!.path, line: index + 1, column: 1 });
    }
  }
  for (const [index, literal] of (map.literals ?? []).entries()) {
    const at = file.at([...keys, 'literals', index]);
    const equals = literal.indexOf('=');
    if (equals <= 0) refuse(run, 'wrong-literal', `"${literal}" has no key`, 'write key=value', at);
    else add(literal.slice(0, equals), unquoted(literal.slice(equals + 1)), at);
  }
  for (const [index, source] of (map.files ?? []).entries()) {
    const at = file.at([...keys, 'files', index]);
    const [key, path, ...more] = source.includes('=') ? source.split('=') : [source.split('/').at(-1)!, source];
    if (!key || !path || more.length > 0) refuse(run, 'wrong-file', `"${source}" is neither a path nor key=path`, 'write path, or key=path', at);
    else {
      const found = readFile(run, folder, path, at);
      if (found !== undefined) add(key, found.text, at);
    }
  }
  return values;
}

function unquoted(text: string): string {
  const [first] = text;
  return text.length >= 2 && (first === '"' || first === "'") && text.endsWith(first) ? text.slice(1, -1) : text;
}

/** Kustomize breaks it into lines of 70, and ends them when there are several. */
function base64(text: string): string {
  const encoded = Buffer.from(text).toString('base64');
  return encoded.length < 70 ? encoded : encoded.replaceAll(/.{1,70}/g, '$&\n');
}
