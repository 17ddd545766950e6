import * as z from 'zod';
import type { KubeObject } from '../../kube/objects.ts';
import type { LabPlan, PlannedCluster, PlannedNode } from '../../lab/plan.ts';
import { renderKustomization, type Rendering } from '../../render/kustomize/render-kustomization.ts';
import { admitClusterInstance } from '../../render/siteconfig/admit-cluster-instance.ts';
import { clusterInstanceSpec, type ClusterInstanceSpec } from '../../render/siteconfig/cluster-instance.ts';
import type { Diagnostic } from '../../util/diagnostic.ts';
import type { FilePosition } from '../../util/errors.ts';
import { CLUSTER_INSTANCE } from '../kinds.ts';
import { textAt } from '../read-object.ts';
import { checkPolicies } from './check-policies.ts';
import type { SitesCommit, SitesSource } from './sites-door.ts';

/** What a commit says of one cluster. */
export interface Site {
  readonly revision: string;
  readonly instance: KubeObject;
  readonly spec: ClusterInstanceSpec;
  /** Folder and objects of its policies; undefined when the commit has none. */
  readonly policies: { readonly path: string; readonly objects: readonly KubeObject[] } | undefined;
}

export interface ReadSite {
  /** undefined when something is wrong. */
  readonly site: Site | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Builds what a commit says of a cluster and checks it against the lab's plan: all that can be known before the hub is touched. Pure. */
export function readSite(commit: SitesCommit, source: SitesSource, plan: LabPlan, cluster: PlannedCluster): ReadSite {
  const rendering = renderKustomization({ files: commit.files, path: source.path });
  const policiesPath = source.policiesPath ?? siblingPolicies(commit, source.path);
  const policies = policiesPath === undefined ? undefined : renderKustomization({ files: commit.files, path: policiesPath });
  const diagnostics: Diagnostic[] = [...rendering.diagnostics, ...(policies?.diagnostics ?? [])];
  if (policies) diagnostics.push(...checkPolicies(policies));
  const instance = rendering.objects && theInstance(rendering, source.path, cluster, diagnostics);
  if (instance) diagnostics.push(...checkInstance(rendering, instance, plan, cluster));
  if (instance === undefined || diagnostics.some(({ severity }) => severity === 'error')) return { site: undefined, diagnostics };
  const described = policiesPath !== undefined && policies?.objects ? { path: policiesPath, objects: policies.objects } : undefined;
  return { site: { revision: commit.revision, instance, spec: clusterInstanceSpec(instance), policies: described }, diagnostics };
}

function siblingPolicies({ files }: SitesCommit, path: string): string | undefined {
  const beside = path.includes('/') ? `${path.slice(0, path.lastIndexOf('/'))}/policies` : 'policies';
  return [...files.keys()].some((file) => file.startsWith(`${beside}/`)) ? beside : undefined;
}

function theInstance(rendering: Rendering, path: string, { name }: PlannedCluster, diagnostics: Diagnostic[]): KubeObject | undefined {
  const instances = (rendering.objects ?? []).filter(({ kind, apiVersion }) => kind === CLUSTER_INSTANCE.kind && apiVersion === CLUSTER_INSTANCE.apiVersion);
  const others = instances.filter((one) => textAt(one, 'spec', 'clusterName') !== name);
  const report = (id: string, at: FilePosition, message: string, hint: string): void => void diagnostics.push({ id, severity: 'error', message, hint, at });
  for (const other of others)
    report(
      'other-cluster',
      originOf(rendering, other, path),
      `${path} also makes ${textAt(other, 'spec', 'clusterName')}`,
      `give each cluster a folder of its own: a job for ${name} must not touch others`,
    );
  const [found, second] = instances.filter((one) => !others.includes(one));
  if (found === undefined)
    report(
      'no-cluster',
      { path: `${path}/kustomization.yaml`, line: 1, column: 1 },
      `${path} renders no ClusterInstance for ${name}`,
      `add one with clusterName: ${name}, or name its folder in sites_repo.path`,
    );
  else if (second) report('two-instances', originOf(rendering, second, path), `two ClusterInstances make ${name}`, 'keep one of the two');
  return found;
}

function originOf({ origins }: Rendering, object: KubeObject, path: string): FilePosition {
  return origins.get(object) ?? { path: `${path}/kustomization.yaml`, line: 1, column: 1 };
}

/** Is it the cluster of the plan: its name, its nodes, their machines? And would the operator's webhook take it? */
function checkInstance(rendering: Rendering, instance: KubeObject, plan: LabPlan, cluster: PlannedCluster): Diagnostic[] {
  const at = originOf(rendering, instance, cluster.name);
  const found: Diagnostic[] = [];
  const report = (id: string, message: string, hint: string): void => void found.push({ id, severity: 'error', message, hint, at });
  const { name, namespace } = instance.metadata;
  if (name !== cluster.name || (namespace ?? cluster.name) !== cluster.name)
    report(
      'other-name',
      `ClusterInstance ${namespace ?? ''}/${name} makes ${cluster.name}`,
      `name it ${cluster.name} in namespace ${cluster.name}: everything of a cluster carries its name`,
    );
  const request = { operation: 'CREATE', object: instance, oldObject: undefined, resource: { kind: instance.kind } } as const;
  const refusal = shapeMistake(instance) ?? admitClusterInstance(request)?.message;
  if (refusal !== undefined) {
    report('refused', refusal, 'correct the ClusterInstance: the operator’s webhook would say the same');
    return found;
  }
  const { nodes } = clusterInstanceSpec(instance);
  for (const { name: planned } of cluster.nodes)
    if (!nodes.some((node) => shortName(node.hostName) === planned))
      report(
        'missing-node',
        `${cluster.name} has no node ${planned}, which the lab's plan gives it`,
        `add a node with hostName: ${planned}, or take it out of the lab file`,
      );
  for (const node of nodes) {
    const planned = cluster.nodes.find((one) => one.name === shortName(node.hostName));
    if (planned === undefined)
      report(
        'unknown-node',
        `the lab's plan has no node ${node.hostName} of ${cluster.name}`,
        `its nodes are: ${cluster.nodes.map((one) => one.name).join(', ')}`,
      );
    else found.push(...checkMachine(plan, planned, node, at));
  }
  return found;
}

function checkMachine(plan: LabPlan, planned: PlannedNode, node: ClusterInstanceSpec['nodes'][number], at: FilePosition): Diagnostic[] {
  const url = plan.machines.find((machine) => machine.name === planned.machine)?.bmc.url;
  const found: Diagnostic[] = [];
  const differs = (field: string, written: string, wanted: string): void =>
    void found.push({
      id: 'other-machine',
      severity: 'error',
      message: `${field} of ${node.hostName} is ${written}; its machine has ${wanted}`,
      hint: `write ${field}: ${wanted}`,
      at,
    });
  if (node.bootMACAddress.toLowerCase() !== planned.mac.toLowerCase()) differs('bootMACAddress', node.bootMACAddress, planned.mac);
  if (url !== undefined && !node.bmcAddress.endsWith(url)) differs('bmcAddress', node.bmcAddress, `redfish-virtualmedia+${url}`);
  return found;
}

/** What the ClusterInstance's own definition would refuse first; the webhook relies on it. */
function shapeMistake(instance: KubeObject): string | undefined {
  try {
    clusterInstanceSpec(instance);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [first] = error.issues;
    return `spec.${first?.path.join('.') ?? ''}: ${first?.message ?? 'it is not readable'}`;
  }
  return undefined;
}

export function shortName(hostName: string): string {
  return hostName.split('.')[0]!;
}
