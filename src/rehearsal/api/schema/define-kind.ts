import type { KubeObject } from '../../../kube/objects.ts';
import { DEFINITION } from '../kinds/built-ins.ts';
import { establishedStatus } from './definition-lifecycle.ts';
import { normalise } from './normalise.ts';
import { storageKey } from '../kinds/resource.ts';
import { seconds } from '../seconds.ts';
import { beforeCreate } from '../write/strategy.ts';
import type { WriteDeps } from '../write/target.ts';

/** Stores a CustomResourceDefinition that is known to be good, established at once. */
export function defineKind({ store, clock, randomUuid }: Pick<WriteDeps, 'store' | 'clock' | 'randomUuid'>, definition: KubeObject): void {
  const now = seconds(clock);
  const metadata = { ...definition.metadata, uid: randomUuid(), creationTimestamp: now };
  const born = beforeCreate(DEFINITION, normalise(DEFINITION, { ...definition, metadata }));
  store.put(storageKey(DEFINITION), { ...born, status: establishedStatus(born, now) });
}
