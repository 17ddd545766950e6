import type { ObjectRef } from '../../kube/objects.ts';
import { CLUSTER_IMAGE_SET, type ClusterInstanceSpec } from './cluster-instance.ts';

/** An object that has to be there before anything is rendered. */
export interface Reference {
  readonly ref: ObjectRef;
  /** What the operator says when it is not. */
  readonly missing: string;
}

/** Everything a ClusterInstance names, in the order in which the operator looks (reference/ztp.md §3.2a). */
function referencesOf(namespace: string, spec: ClusterInstanceSpec): readonly Reference[] {
  const imageSet = spec.clusterImageSetNameRef;
  const pullSecret = spec.pullSecretRef.name;
  return [
    {
      ref: { ...CLUSTER_IMAGE_SET, name: imageSet },
      missing: `encountered error validating ClusterImageSetNameRef: ${imageSet}, err: ClusterImageSet.hive.openshift.io "${imageSet}" not found`,
    },
    {
      ref: { apiVersion: 'v1', kind: 'Secret', namespace, name: pullSecret },
      missing: `failed to validate Pull Secret: [${pullSecret} in namespace ${namespace}], err: Secret "${pullSecret}" not found`,
    },
    ...spec.nodes.map((node) => {
      const at = node.hostRef?.namespace ?? namespace;
      const { name } = node.bmcCredentialsName;
      return {
        ref: { apiVersion: 'v1', kind: 'Secret', namespace: at, name },
        missing: `failed to validate BMC credentials: ${name} in namespace ${at} [Node: Hostname=${node.hostName}], err: Secret "${name}" not found`,
      };
    }),
    ...spec.extraManifestsRefs.map(({ name }) => ({
      ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace, name },
      missing: `failed to retrieve ExtraManifest: ${name} in namespace ${namespace}, err: ConfigMap "${name}" not found`,
    })),
  ];
}

/**
 * Whether everything a ClusterInstance names is there.
 *
 * @returns why validation fails, in the operator's words; undefined when all is there.
 */
export async function missingReference(has: (ref: ObjectRef) => Promise<boolean>, namespace: string, spec: ClusterInstanceSpec): Promise<string | undefined> {
  if (spec.clusterName === '') return 'missing cluster name';
  for (const { ref, missing } of referencesOf(namespace, spec)) if (!(await has(ref))) return `resource validation failed: ${missing}`;
  return undefined;
}
