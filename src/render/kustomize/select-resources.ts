import { isRecord } from '../../util/is-record.ts';
import { currentId, effectiveNamespace, metadataOf, originalId, type KustomizeResource } from './kustomize-resource.ts';
import type { PatchTarget } from './kustomization-file.ts';

/** A target that cannot be read; the message says which part. */
export class BadTarget extends Error {}

/** What a patch's `target` means: regular expressions over the whole value; names and namespaces as they were or are. @throws BadTarget */
export function selectResources(resources: readonly KustomizeResource[], target: PatchTarget): KustomizeResource[] {
  const group = whole('group', target.group);
  const version = whole('version', target.version);
  const kind = whole('kind', target.kind);
  const name = whole('name', target.name);
  const namespace = whole('namespace', target.namespace);
  const labels = requirements('labelSelector', target.labelSelector);
  const annotations = requirements('annotationSelector', target.annotationSelector);
  return resources.filter((resource) => {
    const now = currentId(resource);
    const then = originalId(resource);
    return (
      (namespace(effectiveNamespace(then)) || namespace(effectiveNamespace(now))) &&
      (name(then.name) || name(now.name)) &&
      group(now.group) &&
      version(now.version) &&
      kind(now.kind) &&
      labels(textsAt(resource, 'labels')) &&
      annotations(textsAt(resource, 'annotations'))
    );
  });
}

function whole(field: string, pattern = ''): (text: string) => boolean {
  if (pattern === '') return () => true;
  try {
    const expression = new RegExp(`^(?:${pattern})$`, 'u');
    return (text) => expression.test(text);
  } catch {
    throw new BadTarget(`${field} of the target is no regular expression: ${pattern}`);
  }
}

function textsAt(resource: KustomizeResource, field: 'labels' | 'annotations'): Readonly<Record<string, unknown>> {
  const texts = metadataOf(resource.object)[field];
  return isRecord(texts) ? texts : {};
}

/** `a`, `!a`, `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, joined by commas (Kubernetes' labels). */
function requirements(field: string, expression = ''): (texts: Readonly<Record<string, unknown>>) => boolean {
  const tests: ((texts: Readonly<Record<string, unknown>>) => boolean)[] = [];
  let rest = expression.trim();
  while (rest !== '') {
    const found = /^(!?)\s*([^\s,=!<>()]+)\s*(?:(==|=|!=)\s*([^\s,()]*)|(in|notin)\s*\(([^)]*)\))?\s*(?:,\s*|$)/.exec(rest);
    if (found === null) throw new BadTarget(`${field} of the target cannot be read: ${rest}`);
    const [all, not, key = '', operator, value = '', set, values = ''] = found;
    const wanted = set === undefined ? [value] : values.split(',').map((one) => one.trim());
    const isNamed = set === undefined && operator === undefined;
    const isNegative = not === '!' || operator === '!=' || set === 'notin';
    tests.push((texts) => (texts[key] !== undefined && (isNamed || wanted.some((one) => one === texts[key]))) !== isNegative);
    rest = rest.slice(all.length);
  }
  return (texts) => tests.every((holds) => holds(texts));
}
