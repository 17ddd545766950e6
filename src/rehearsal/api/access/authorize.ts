import type { User } from './authenticate.ts';
import { MASTERS } from './authenticate.ts';
import { isJson, list, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import type { Store } from '../store.ts';

/** What somebody wants to do to a resource. */
export interface ResourceAccess {
  readonly verb: string;
  readonly group: string;
  /** `widgets`, or `widgets/status`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

const RBAC = 'rbac.authorization.k8s.io';
const OPEN_PATHS = ['/healthz', '/livez', '/readyz', '/version'];
const DISCOVERY_PATHS = ['/api', '/apis', '/openapi'];

/** Which grant of RBAC allows it; undefined when none does. `system:masters` needs no grant. */
export function allowedBy(store: Store, user: User, access: ResourceAccess): string | undefined {
  if (user.groups.includes(MASTERS)) return '';
  for (const binding of store.all(`${RBAC}/clusterrolebindings`, '')) {
    const found = granted(store, user, access, binding, 'ClusterRoleBinding');
    if (found !== undefined) return found;
  }
  if (access.namespace === '') return undefined;
  for (const binding of store.all(`${RBAC}/rolebindings`, access.namespace)) {
    const found = granted(store, user, access, binding, 'RoleBinding');
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Paths that are not resources: health and version for everybody, discovery for whoever is known. */
export function pathAllowed(user: User, path: string): boolean {
  if (user.groups.includes(MASTERS) || OPEN_PATHS.some((open) => path === open || path.startsWith(`${open}/`))) return true;
  return user.groups.includes('system:authenticated') && DISCOVERY_PATHS.some((one) => path === one || path.startsWith(`${one}/`));
}

function granted(store: Store, user: User, access: ResourceAccess, binding: Json, kind: string): string | undefined {
  const subject = list(binding, 'subjects')
    .filter(isJson)
    .find((one) => isUser(user, one));
  if (subject === undefined) return undefined;
  const role = member(binding, 'roleRef');
  const { name, namespace } = member(binding, 'metadata');
  const held =
    role['kind'] === 'ClusterRole'
      ? store.get(`${RBAC}/clusterroles`, '', text(role, 'name'))
      : store.get(`${RBAC}/roles`, access.namespace, text(role, 'name'));
  const allows = list(held ?? {}, 'rules')
    .filter(isJson)
    .some((rule) => ruleAllows(rule, access));
  if (!allows) return undefined;
  const where = kind === 'RoleBinding' ? `${String(name)}/${String(namespace)}` : String(name);
  return `RBAC: allowed by ${kind} ${JSON.stringify(where)} of ${text(role, 'kind')} ${JSON.stringify(role['name'])} to ${text(subject, 'kind')} ${JSON.stringify(subject['name'])}`;
}

function isUser(user: User, subject: Json): boolean {
  if (subject['kind'] === 'Group') return user.groups.includes(text(subject, 'name'));
  if (subject['kind'] === 'User') return user.name === subject['name'];
  return user.name === `system:serviceaccount:${text(subject, 'namespace')}:${text(subject, 'name')}`;
}

function ruleAllows(rule: Json, access: ResourceAccess): boolean {
  const has = (key: string, wanted: string): boolean => list(rule, key).some((one) => one === '*' || one === wanted);
  const names = list(rule, 'resourceNames');
  const [, subresource] = access.resource.split('/');
  const resource = has('resources', access.resource) || (subresource !== undefined && list(rule, 'resources').includes(`*/${subresource}`));
  return has('verbs', access.verb) && has('apiGroups', access.group) && resource && (names.length === 0 || names.includes(access.name));
}
