import { isRecord } from '../../util/is-record.ts';
import { setAtField } from './field-spec.ts';
import { isClusterScoped } from './cluster-scoped-kinds.ts';
import { currentId, effectiveNamespace, idText, isOfKind, nameOf, namespaceOf, originalId, type KustomizeResource } from './kustomize-resource.ts';
import { refuse, type KustomizeRun } from './kustomize-run.ts';
import { NAME_REFERENCES, type NameReference } from './name-references.ts';

/** Lets references follow the objects that prefixes, suffixes, hashes and namespaces renamed (kustomize's nameref filter). */
export function fixNameReferences(run: KustomizeRun, resources: readonly KustomizeResource[]): void {
  for (const referrer of resources) {
    const candidates = reachable(resources, referrer);
    for (const { to, from } of NAME_REFERENCES) {
      for (const field of from) {
        if (!isOfKind(originalId(referrer), field)) continue;
        const refer = (value: unknown): unknown => followed(run, referrer, candidates, to, field.path, value);
        setAtField(referrer.object, { path: field.path }, undefined, (value) => (Array.isArray(value) ? value.map(refer) : refer(value)));
      }
    }
  }
}

type Kind = NameReference['to'];

function followed(run: KustomizeRun, referrer: KustomizeResource, candidates: readonly KustomizeResource[], to: Kind, path: string, value: unknown): unknown {
  if (typeof value === 'string') {
    const target = targetOf(run, referrer, candidates, to, path, value, false);
    return target === undefined ? value : nameOf(target);
  }
  if (!isRecord(value) || typeof value['name'] !== 'string') return value;
  const { name, namespace } = value;
  const target = targetOf(run, referrer, typeof namespace === 'string' ? inNamespace(candidates, namespace) : candidates, to, path, name, true);
  if (target === undefined) return value;
  return { ...value, name: nameOf(target), ...(namespaceOf(target) !== '' && { namespace: namespaceOf(target) }) };
}

function targetOf(
  run: KustomizeRun,
  referrer: KustomizeResource,
  candidates: readonly KustomizeResource[],
  to: Kind,
  path: string,
  name: string,
  withNamespace: boolean,
): KustomizeResource | undefined {
  const role = path === 'roleRef/name' ? roleOf(referrer) : undefined;
  const was = (kind: Partial<Kind>) => (resource: KustomizeResource) => resource.previousIds.some((id) => isOfKind(id, kind));
  let left = candidates
    .filter(({ previousIds }) => previousIds.some((id) => id.name === name))
    .filter(was(to))
    .filter(was(role ?? {}))
    .filter((resource) => isNear(referrer, resource));
  if (left.length === 1) return left[0];
  left = left.filter((resource) => sameAffixes(resource, referrer, true));
  if (left.length > 1) left = left.filter((resource) => sameAffixes(resource, referrer, false));
  const [first] = left;
  if (first === undefined || left.every((one) => nameOf(one) === nameOf(first) && (!withNamespace || namespaceOf(one) === namespaceOf(first)))) return first;
  const message = `${name} in ${path} of ${idText(currentId(referrer))} may be ${left.map((one) => idText(currentId(one))).join(' or ')}`;
  refuse(run, 'ambiguous-reference', message, 'rename one of them', referrer.at);
  return undefined;
}

/** What an object can refer to: its own namespace, cluster-scoped objects, and where the subjects of a RoleBinding live. */
function reachable(resources: readonly KustomizeResource[], referrer: KustomizeResource): readonly KustomizeResource[] {
  const own = currentId(referrer);
  if (isClusterScoped(own)) return resources;
  const { subjects } = referrer.object;
  const accounts = own.kind === 'RoleBinding' && Array.isArray(subjects) ? (subjects as unknown[]).filter(isRecord) : [];
  const namespaces = new Set(accounts.filter(({ kind }) => kind === 'ServiceAccount').map(({ namespace }) => namespace));
  return resources.filter((resource) => {
    const id = currentId(resource);
    return isClusterScoped(id) || effectiveNamespace(id) === effectiveNamespace(own) || namespaces.has(namespaceOf(resource));
  });
}

function isNear(referrer: KustomizeResource, resource: KustomizeResource): boolean {
  const [from, to] = [currentId(referrer), currentId(resource)];
  return isClusterScoped(from) || isClusterScoped(to) || to.kind === 'ServiceAccount' || effectiveNamespace(from) === effectiveNamespace(to);
}

function inNamespace(candidates: readonly KustomizeResource[], namespace: string): readonly KustomizeResource[] {
  const then = candidates.filter((resource) => !isClusterScoped(originalId(resource)) && effectiveNamespace(originalId(resource)) === namespace);
  return then.length > 0 ? then : candidates.filter((resource) => effectiveNamespace(currentId(resource)) === namespace);
}

function roleOf({ object }: KustomizeResource): { group: string; kind: string } | undefined {
  const { roleRef } = object;
  if (!isRecord(roleRef) || typeof roleRef['apiGroup'] !== 'string' || typeof roleRef['kind'] !== 'string') return undefined;
  return { group: roleRef['apiGroup'], kind: roleRef['kind'] };
}

function sameAffixes(one: KustomizeResource, other: KustomizeResource, orNone: boolean): boolean {
  return (['prefixes', 'suffixes'] as const).every((parts) => {
    const [a, b] = [one[parts], other[parts]];
    if (orNone && (a.length === 0 || b.length === 0)) return true;
    const length = Math.min(a.length, b.length);
    if (length === 0) return a.length === b.length;
    // Outer kustomizations come last: those both went through have to agree.
    return a.slice(a.length - length).join('\n') === b.slice(b.length - length).join('\n');
  });
}
