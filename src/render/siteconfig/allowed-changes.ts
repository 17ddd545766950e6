import { changedPaths } from './spec-changes.ts';

/** Specs as they are stored: what one of them leaves out is a change. */
export interface StoredSpec {
  readonly nodes?: readonly StoredNode[];
  readonly [field: string]: unknown;
}

interface StoredNode {
  readonly hostName: string;
  readonly [field: string]: unknown;
}

const OF_CLUSTER = ['extraAnnotations', 'extraLabels', 'suppressedManifests', 'pruneManifests', 'clusterImageSetNameRef', 'holdInstallation'];
/** cpuArchitecture is not in the operator's list, yet it lets it pass (recorded case provisioned-success). */
const OF_NODE = ['extraAnnotations', 'extraLabels', 'suppressedManifests', 'pruneManifests', 'cpuArchitecture'];
const OF_REINSTALL = [/^\/bmcAddress$/, /^\/bootMACAddress$/, /^\/nodeNetwork\/interfaces\/\d+\/macAddress$/, /^\/rootDeviceHints(\/|$)/];

/**
 * What may change in an installed cluster, and a little more when the change asks for a reinstallation
 * (reference/ztp.md §3.2, update permissions).
 *
 * @returns why the change is refused, in the operator's words.
 */
export function forbiddenChange(before: StoredSpec, after: StoredSpec, reinstall: boolean): string | undefined {
  const { nodes: nodesBefore = [], ...clusterBefore } = before;
  const { nodes: nodesAfter = [], ...clusterAfter } = after;
  const allowed = [...OF_CLUSTER, ...(reinstall ? ['reinstall'] : [])];
  const fields = changedPaths(clusterBefore, clusterAfter).filter((path) => !allowed.includes(path.split('/')[1] ?? ''));
  if (fields.length > 0) return `detected unauthorized changes in immutable fields: ${fields.join(', ')}`;
  const found = nodesAfter.flatMap((node) => {
    // Nodes may come, go and take each other's place: only one that stays is compared.
    const same = nodesBefore.find(({ hostName }) => hostName === node.hostName);
    return same === undefined ? [] : forbiddenNodeChanges(same, node, reinstall);
  });
  return found.length > 0 ? `detected unauthorized node modifications: [${found.join(' ')}]` : undefined;
}

function forbiddenNodeChanges(before: StoredNode, after: StoredNode, reinstall: boolean): readonly string[] {
  return changedPaths(before, after)
    .filter((path) => !OF_NODE.includes(path.split('/')[1] ?? ''))
    .filter((path) => !reinstall || !OF_REINSTALL.some((pattern) => pattern.test(path)))
    .map((path) => (path === '/bmcAddress' || path === '/bootMACAddress' ? path.slice(1) : path))
    .map((path) => `node ${after.hostName}: unauthorized change to ${path}`);
}
