import type { KubeClient } from '../../../kube/kube-client.ts';
import type { KubeObject, ObjectRef } from '../../../kube/objects.ts';
import type { ClusterInstanceSpec } from './cluster-instance.ts';

export const OPERATOR_NAMESPACE = 'open-cluster-management';
const CLUSTER_TEMPLATES = 'ai-cluster-templates-v1';
const NODE_TEMPLATES = 'ai-node-templates-v1';

/**
 * Whether everything a ClusterInstance names is there (reference/ztp.md §3.2a).
 *
 * @returns why validation fails, in the operator's words; undefined when all is there.
 */
export async function missingReference(kube: KubeClient, instance: KubeObject, spec: ClusterInstanceSpec, signal: AbortSignal): Promise<string | undefined> {
  const namespace = instance.metadata.namespace!;
  const has = async (ref: ObjectRef): Promise<boolean> => (await kube.get(ref, signal)) !== undefined;
  const imageSet = spec.clusterImageSetNameRef;
  if (spec.clusterName === '') return 'missing cluster name';
  if (!(await has({ apiVersion: 'hive.openshift.io/v1', kind: 'ClusterImageSet', name: imageSet })))
    return resource(`encountered error validating ClusterImageSetNameRef: ${imageSet}, err: ClusterImageSet.hive.openshift.io "${imageSet}" not found`);
  const pullSecret = spec.pullSecretRef.name;
  if (!(await has(secret(namespace, pullSecret))))
    return resource(`failed to validate Pull Secret: [${pullSecret} in namespace ${namespace}], err: Secret "${pullSecret}" not found`);
  for (const node of spec.nodes) {
    const at = node.hostRef?.namespace ?? namespace;
    const { name } = node.bmcCredentialsName;
    if (!(await has(secret(at, name))))
      return resource(`failed to validate BMC credentials: ${name} in namespace ${at} [Node: Hostname=${node.hostName}], err: Secret "${name}" not found`);
  }
  for (const { name } of spec.extraManifestsRefs) {
    if (!(await has({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name })))
      return resource(`failed to retrieve ExtraManifest: ${name} in namespace ${namespace}, err: ConfigMap "${name}" not found`);
  }
  return undefined;
}

function resource(why: string): string {
  return `resource validation failed: ${why}`;
}

function secret(namespace: string, name: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name };
}

/**
 * Templates other than the operator's assisted-installer ones.
 *
 * A real operator renders any Go template; here they are named and refused (docs/differences.md).
 */
export function foreignTemplates(spec: ClusterInstanceSpec): readonly { readonly name: string; readonly namespace: string }[] {
  const foreign = (refs: ClusterInstanceSpec['templateRefs'], own: string): ClusterInstanceSpec['templateRefs'] =>
    refs.filter(({ name, namespace }) => name !== own || namespace !== OPERATOR_NAMESPACE);
  return [...foreign(spec.templateRefs, CLUSTER_TEMPLATES), ...spec.nodes.flatMap((node) => foreign(node.templateRefs, NODE_TEMPLATES))];
}
