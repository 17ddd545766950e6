import type { KindRef } from '../../kube/objects.ts';
import { objectPath } from '../../kube/objects.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { conditionOf } from '../read-object.ts';
import { watchUntil } from '../watch-until.ts';
import { newCluster } from './new-cluster.ts';

const CLUSTER_VERSION: KindRef = { apiVersion: 'config.openshift.io/v1', kind: 'ClusterVersion' };

/** The release has been rolled out: ClusterVersion is Available, and no longer Progressing. */
export function awaitOperators(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'await-operators',
    title: `Wait for the operators of ${cluster.name}`,
    limitMs: 90 * 60_000,
    async run(deps, context) {
      const kube = await newCluster(input, deps, context);
      const { clock, signal } = context;
      await watchUntil({ kube, clock, signal }, [CLUSTER_VERSION], (seen) => {
        const version = seen.find(({ metadata }) => metadata.name === 'version');
        const [available, progressing, failing] = ['Available', 'Progressing', 'Failing'].map((type) => conditionOf(version, type));
        if (available?.status === 'True' && progressing?.status === 'False') return { met: undefined };
        const shown = failing?.status === 'True' ? failing : (progressing ?? available);
        const object = version ? objectPath(version) : 'ClusterVersion/version';
        context.waiting({
          object,
          condition: shown?.type ?? 'Available',
          reason: shown?.reason || (shown?.status ?? 'NotFound'),
          message: shown?.message || 'the operators have not reported yet',
        });
        const percent = /\((\d+)% complete\)/.exec(progressing?.message ?? '')?.[1];
        if (percent !== undefined) context.progress(Number(percent));
        return { againMs: undefined };
      });
      context.waiting(undefined);
    },
  };
}
