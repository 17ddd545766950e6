import type { KubeObject } from '../../../kube/objects.ts';
import { faultsWith } from '../../faults.ts';
import { keyOf, type Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';

/** The faults that change an object of the hub: each as soon as its object is seen, once. */
export function sabotage({ kube, faults }: Pick<HubDeps, 'kube' | 'faults'>): readonly Controller[] {
  return faultsWith('sabotage').map(({ name, row: { sabotage } }) => {
    const hit = (object: KubeObject): string | undefined => {
      const cluster = sabotage.clusterOf?.(object) ?? object.metadata.namespace;
      return cluster !== undefined && faults.hits(name, cluster) && sabotage.hits(object, cluster) ? cluster : undefined;
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
