import type { KubeObject } from '../../../kube/objects.ts';
import { faultsWith } from '../../faults.ts';
import { keyOf, type Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';

/** The faults that change an object of the hub: each as soon as its object is seen, once. */
export function sabotage({ kube, faults }: Pick<HubDeps, 'kube' | 'faults'>): readonly Controller[] {
  return faultsWith('sabotage').map(({ name, row: { sabotage, target } }) => {
    const hit = (object: KubeObject): string | undefined => {
      const cluster = sabotage.clusterOf?.(object) ?? object.metadata.namespace ?? object.metadata.name; // A ManagedCluster has its cluster's name.
      const node = target === 'host' && object.kind === 'BareMetalHost' ? object.metadata.name : undefined;
      return faults.hits(name, cluster, node) && sabotage.hits(object, cluster) ? cluster : undefined;
    };
    return {
      name: `faults/${name}`,
      watches: [{ kind: sabotage.kind, keysOf: (object) => (hit(object) === undefined ? [] : [keyOf(object)]) }],
      async reconcile(key, signal) {
        const object = await kube.get({ ...sabotage.kind, ...key }, signal);
        const cluster = object && hit(object);
        if (object === undefined || cluster === undefined || object.metadata.deletionTimestamp !== undefined) return;
        await sabotage.change(kube, object, signal);
        faults.spend(name, cluster);
      },
    };
  });
}
