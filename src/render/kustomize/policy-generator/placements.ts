import { isRecord } from '../../../util/is-record.ts';
import type { SourceFile } from '../../../util/source-file.ts';
import { makeResource, nameOf, namespaceOf, type Fields, type KustomizeResource } from '../kustomize-resource.ts';
import { refuse, type KustomizeRun } from '../kustomize-run.ts';
import { readFile } from '../read-file.ts';
import { readObjects } from '../read-objects.ts';
import type { PlacementEntry, PolicyGeneratorConfig } from './policy-generator-config.ts';
import { POLICY_API, type FullPolicy } from './policy-with-defaults.ts';

const PLACEMENT_API = 'cluster.open-cluster-management.io/v1beta1';

/** The Placements of the policies, shared where their names say so, and one PlacementBinding for each. */
export function placements(
  run: KustomizeRun,
  folder: string,
  policies: readonly FullPolicy[],
  config: PolicyGeneratorConfig,
  file: SourceFile,
): KustomizeResource[] {
  const { namespace } = config.policyDefaults;
  const made = new Map<string, KustomizeResource>();
  const bound = new Map<string, string[]>();
  for (const [index, policy] of policies.entries()) {
    if (!policy.generatePolicyPlacement) continue;
    const placement = placementFor(run, folder, policy, config, file, index);
    if (placement === undefined) continue;
    const { name, resource } = placement;
    const same = made.get(name);
    if (resource !== undefined && same === undefined) made.set(name, resource);
    else if (resource !== undefined && JSON.stringify(same?.object) !== JSON.stringify(resource.object)) {
      refuse(run, 'wrong-placement', `there are two placements ${name}`, 'give each its own placement.name', file.at(['policies', index]));
    } else if (resource !== undefined && policy.placement.name) {
      refuse(
        run,
        'wrong-placement',
        `placement ${name} is generated twice`,
        'name it once in policyDefaults.placement.name',
        file.at(['policies', index, 'placement']),
      );
    }
    bound.set(name, [...(bound.get(name) ?? []), policy.name]);
  }
  const shared = config.placementBindingDefaults?.name;
  let numbered = 0;
  const bindings = [...bound.keys()].sort().map((placement) => {
    const names = bound.get(placement)!;
    const name = names.length === 1 ? `binding-${names[0]}` : numbered++ === 0 ? shared : `${shared}${numbered}`;
    if (names.length > 1 && !shared) {
      const message = `placement ${placement} has several policies, and their binding has no name`;
      refuse(run, 'wrong-placement', message, 'set placementBindingDefaults.name', file.at(['policies']));
    }
    return makeResource(binding(name ?? '', namespace, placement, names), file.at([]));
  });
  return [...made.values(), ...bindings];
}

interface Chosen {
  readonly name: string;
  /** Undefined for one that is on the hub already. */
  readonly resource: KustomizeResource | undefined;
}

function placementFor(
  run: KustomizeRun,
  folder: string,
  policy: FullPolicy,
  config: PolicyGeneratorConfig,
  file: SourceFile,
  index: number,
): Chosen | undefined {
  const { placement } = policy;
  const { namespace, placement: defaults } = config.policyDefaults;
  const own = config.policies[index]?.placement;
  const keys = own?.labelSelector || own?.placementPath || own?.placementName ? ['policies', index, 'placement'] : ['policyDefaults', 'placement'];
  if (placement.placementName) return { name: placement.placementName, resource: undefined };
  if (placement.placementPath) return fromFile(run, folder, placement.placementPath, namespace, file, keys);
  const selector = selectorOf(placement);
  if (selector === undefined) {
    return refuse(
      run,
      'wrong-placement',
      'labelSelector is neither labels with their values nor a selector',
      'write label: value, or matchExpressions',
      file.at([...keys, 'labelSelector']),
    );
  }
  const name = placement.name || defaults?.name || `placement-${policy.name}`;
  const object: Fields = {
    apiVersion: PLACEMENT_API,
    kind: 'Placement',
    metadata: { name, namespace },
    spec: {
      predicates: [{ requiredClusterSelector: { labelSelector: selector } }],
      tolerations: [{ key: 'cluster.open-cluster-management.io/unreachable', operator: 'Exists' }],
    },
  };
  return { name, resource: makeResource(object, file.at(keys)) };
}

function fromFile(
  run: KustomizeRun,
  folder: string,
  path: string,
  namespace: string,
  config: SourceFile,
  keys: readonly (string | number)[],
): Chosen | undefined {
  const at = config.at([...keys, 'placementPath']);
  const found = readFile(run, folder, path, at);
  const read = found && readObjects(run, found).find(({ object }) => object['kind'] === 'Placement');
  if (found === undefined) return undefined;
  if (read === undefined) return refuse(run, 'wrong-placement', `${path} holds no Placement`, 'name a file that does', at);
  const resource = makeResource(read.object, read.file.at([]));
  if (namespaceOf(resource) === namespace) return { name: nameOf(resource), resource };
  return refuse(run, 'wrong-placement', `the Placement is not in namespace ${namespace}`, 'write the namespace of the policies', read.file.at(['metadata']));
}

/** A selector as it is, or labels with their values: an empty one stands for any value. Undefined when it is neither. */
function selectorOf({ labelSelector = {} }: PlacementEntry): Fields | undefined {
  const entries = Object.entries(labelSelector);
  if (entries.length === 0) return { matchExpressions: [] };
  const isSelector = entries.every(([key, value]) => (key === 'matchLabels' && isRecord(value)) || (key === 'matchExpressions' && Array.isArray(value)));
  if (isSelector) return labelSelector;
  if (!entries.every(([, value]) => typeof value === 'string')) return undefined;
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return { matchExpressions: sorted.map(([key, value]) => (value === '' ? { key, operator: 'Exists' } : { key, operator: 'In', values: [value] })) };
}

function binding(name: string, namespace: string, placement: string, policies: readonly string[]): Fields {
  return {
    apiVersion: POLICY_API,
    kind: 'PlacementBinding',
    metadata: { name, namespace },
    placementRef: { apiGroup: 'cluster.open-cluster-management.io', kind: 'Placement', name: placement },
    subjects: policies.map((policy) => ({ apiGroup: 'policy.open-cluster-management.io', kind: 'Policy', name: policy })),
  };
}
