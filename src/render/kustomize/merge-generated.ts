import { isRecord } from '../../util/is-record.ts';
import { allIds, currentId, idText, metadataOf, sameId, type KustomizeResource } from './kustomize-resource.ts';
import { refuse, type KustomizeRun } from './kustomize-run.ts';

/** Adds what generators gave; with `behavior` merge or replace it takes the place of an object that is there already. */
export function mergeGenerated(run: KustomizeRun, resources: KustomizeResource[], generated: readonly KustomizeResource[]): void {
  for (const resource of generated) {
    const id = currentId(resource);
    const matches = resources.filter((one) => allIds(one).some((other) => sameId(other, id)));
    const isAddition = resource.behavior === 'merge' || resource.behavior === 'replace';
    const [old] = matches;
    if (matches.length > 1) refuse(run, 'many-targets', `several objects are ${idText(id)}`, 'give each of them a name of its own', resource.at);
    else if (old === undefined && isAddition)
      refuse(run, 'no-such-object', `there is no ${idText(id)} to ${resource.behavior}`, 'correct the name, or leave behavior out', resource.at);
    else if (old === undefined) resources.push(resource);
    else if (!isAddition)
      refuse(
        run,
        'duplicate-object',
        `${idText(id)} is already in ${old.at.path}, line ${old.at.line}`,
        'rename it, or set behavior: merge or replace',
        resource.at,
      );
    else resources[resources.indexOf(old)] = laidOver(old, resource);
  }
}

function laidOver(old: KustomizeResource, resource: KustomizeResource): KustomizeResource {
  const metadata = metadataOf(resource.object);
  const { name, namespace, labels, annotations } = metadataOf(old.object);
  for (const [key, texts] of Object.entries({ labels, annotations })) {
    const merged = { ...(isRecord(texts) ? texts : {}), ...(isRecord(metadata[key]) ? metadata[key] : {}) };
    if (Object.keys(merged).length > 0) metadata[key] = merged;
  }
  metadata['name'] = name;
  if (namespace === undefined) delete metadata['namespace'];
  else metadata['namespace'] = namespace;
  if (resource.behavior === 'merge') mergeData(old, resource);
  // The place in the list, and what the object was called, are the old one's; the hash is the new one's choice.
  return { ...old, object: resource.object, at: resource.at, needsHash: resource.needsHash && old.needsHash };
}

function mergeData(old: KustomizeResource, resource: KustomizeResource): void {
  for (const key of ['data', 'binaryData']) {
    const before = key === 'data' && old.object['kind'] === 'Secret' ? { ...fields(old, 'data'), ...encoded(fields(old, 'stringData')) } : fields(old, key);
    const merged = { ...before, ...fields(resource, key) };
    if (Object.keys(merged).length > 0) resource.object[key] = merged;
  }
}

function fields({ object }: KustomizeResource, key: string): Readonly<Record<string, unknown>> {
  const value = object[key];
  return isRecord(value) ? value : {};
}

function encoded(texts: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')]));
}
