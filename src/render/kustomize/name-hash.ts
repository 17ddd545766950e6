import { createHash } from 'node:crypto';
import { isRecord } from '../../util/is-record.ts';
import { metadataOf, nameOf, storePreviousId, type Fields, type KustomizeResource } from './kustomize-resource.ts';

/** Appends the hash of its content to the name of each generated ConfigMap and Secret that wants one. */
export function addNameHashes(resources: readonly KustomizeResource[]): void {
  for (const resource of resources) {
    if (!resource.needsHash) continue;
    const hash = nameHash(resource.object);
    storePreviousId(resource);
    metadataOf(resource.object)['name'] = `${nameOf(resource)}-${hash}`;
  }
}

/** Letters that make no words and cannot be taken for one another: 0, 1, 3, a and e are written otherwise. */
const LETTERS: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' };

/** As kustomize computes it (api/hasher): ten digits of the SHA-256 of the content as JSON. The name is not part of it. */
function nameHash(object: Fields): string {
  const { kind, type = '', data = '', binaryData, stringData } = object;
  const content =
    kind === 'Secret'
      ? { data, kind, name: '', ...(isRecord(stringData) && { stringData }), type }
      : { ...(isRecord(binaryData) && { binaryData }), data, kind, name: '' };
  return createHash('sha256')
    .update(goJson(content))
    .digest('hex')
    .slice(0, 10)
    .replaceAll(/[013ae]/g, (digit) => LETTERS[digit]!);
}

/** As Go's encoding/json writes it: keys sorted by bytes, and what HTML or JavaScript could mistake is escaped. */
function goJson(value: unknown): string {
  if (isRecord(value)) {
    const entries = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return `{${entries.map(([key, one]) => `${goJson(key)}:${goJson(one)}`).join(',')}}`;
  }
  return JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/g, (letter) => `\\u${letter.codePointAt(0)!.toString(16).padStart(4, '0')}`);
}
