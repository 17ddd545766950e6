import { createHash } from 'node:crypto';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { applyObject, openHub } from '../hub.ts';
import { foundMirror } from '../mirror/mirror-inside.ts';
import { CLUSTER_IMAGE_SET } from '../kinds.ts';

/** The release to install, under a name that two releases never share: the object belongs to the whole hub. */
export function createClusterImageSet(input: ActionInput): Step<ActionDeps> {
  const name = clusterImageSetName(input.release);
  return {
    id: 'create-cluster-image-set',
    title: `Offer release ${input.release.version} on the hub`,
    limitMs: 5 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      await applyObject(hub, { ...CLUSTER_IMAGE_SET, metadata: { name }, spec: { releaseImage: foundMirror(context.memory)?.release ?? input.release.image } });
    },
  };
}

export function clusterImageSetName(release: ActionInput['release']): string {
  const digest = createHash('sha256').update(release.image).digest('hex').slice(0, 8);
  return `labwright-${release.version.toLowerCase().replaceAll(/[^a-z0-9.-]/g, '-')}-${digest}`;
}
