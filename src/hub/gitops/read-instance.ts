import * as z from 'zod';
import type { KubeObject } from '../../kube/objects.ts';
import { admitClusterInstance } from '../../render/siteconfig/admit-cluster-instance.ts';
import { clusterInstanceSpec } from '../../render/siteconfig/cluster-instance.ts';
import type { Diagnostic } from '../../util/diagnostic.ts';
import type { FilePosition } from '../../util/errors.ts';
import type { Parsed } from '../../util/source-file.ts';
import { CLUSTER_INSTANCE } from '../kinds.ts';
import { textAt } from '../read-object.ts';
import type { SiteCluster, SiteFolder } from './site.ts';

/** The one ClusterInstance of a folder, which makes this cluster. */
export function readInstance({ rendering, path, cluster }: SiteFolder): Parsed<SiteCluster> {
  const { objects = [], origins } = rendering;
  const diagnostics: Diagnostic[] = [];
  const top = { path: `${path}/kustomization.yaml`, line: 1, column: 1 };
  const report = (id: string, at: FilePosition, message: string, hint: string): void => void diagnostics.push({ id, severity: 'error', message, hint, at });
  const instances = objects.filter(({ kind, apiVersion }) => kind === CLUSTER_INSTANCE.kind && apiVersion === CLUSTER_INSTANCE.apiVersion);
  const others = instances.filter((one) => textAt(one, 'spec', 'clusterName') !== cluster);
  for (const other of others) report('other-cluster', origins.get(other) ?? top, `${path} also makes ${textAt(other, 'spec', 'clusterName')}`, OWN_FOLDER);
  const [found, second] = instances.filter((one) => !others.includes(one));
  if (second) report('two-instances', origins.get(second) ?? top, `two ClusterInstances make ${cluster}`, 'keep one of the two');
  if (found === undefined) {
    report(
      'no-cluster',
      top,
      `${path} renders no ClusterInstance for ${cluster}`,
      `add one with clusterName: ${cluster}, or name its folder in sites_repo.path`,
    );
    return { value: undefined, diagnostics };
  }
  const at = origins.get(found) ?? top;
  const mistake = instanceMistake(found, cluster);
  if (mistake) report(mistake.id, at, mistake.message, mistake.hint);
  return { value: mistake ? undefined : clusterOf(found, at), diagnostics };
}

/** Why one cluster's job takes no folder of several. */
export const OWN_FOLDER = 'give each cluster a folder of its own: a job for one must not touch another';

/** What is wrong with a ClusterInstance that is to make a cluster: its name, its shape, and what the operator's webhook would say. */
export function instanceMistake(instance: KubeObject, cluster: string): { readonly id: string; readonly message: string; readonly hint: string } | undefined {
  const { name, namespace = cluster } = instance.metadata;
  if (name !== cluster || namespace !== cluster)
    return {
      id: 'other-name',
      message: `ClusterInstance ${namespace}/${name} makes ${cluster}`,
      hint: `name it ${cluster}, in namespace ${cluster}: everything of a cluster carries its name`,
    };
  const request = { operation: 'CREATE', object: instance, oldObject: undefined, resource: { kind: instance.kind } } as const;
  const message = shapeMistake(instance) ?? admitClusterInstance(request)?.message;
  return message === undefined ? undefined : { id: 'refused', message, hint: 'correct the ClusterInstance: the hub would say the same' };
}

/** What a ClusterInstance without a mistake says. */
export function clusterOf(instance: KubeObject, at: FilePosition, converted: readonly KubeObject[] = []): SiteCluster {
  const { pullSecretRef, nodes } = clusterInstanceSpec(instance);
  return {
    pullSecret: pullSecretRef.name,
    nodes: nodes.map(({ hostName, bmcAddress, bootMACAddress, bmcCredentialsName }) => ({
      hostName,
      bmcAddress,
      bootMACAddress,
      bmcSecret: bmcCredentialsName.name,
      at,
    })),
    converted,
  };
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
