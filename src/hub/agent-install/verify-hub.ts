import { isLabwrightError } from '../../util/errors.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { SPOKE_KINDS } from '../kinds.ts';
import { newCluster } from './await-milestone.ts';

const LOOK_MS = 30_000;

/** The new cluster can take spokes: it serves every kind that an installation of one needs. */
export function verifyHub(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'verify-hub',
    title: `Verify that ${cluster.name} can take spokes`,
    limitMs: 60 * 60_000,
    async run(deps, context) {
      const kube = await newCluster(input, deps, context);
      for (const kind of SPOKE_KINDS) {
        for (;;) {
          try {
            await kube.list(kind, context.signal);
            break;
          } catch (error) {
            if (!isLabwrightError(error) || error.code !== 'not_found') throw error;
            context.waiting({ object: cluster.name, condition: 'Served', reason: 'NotFound', message: error.message });
            await context.clock.sleep(LOOK_MS, context.signal);
          }
        }
      }
      context.waiting(undefined);
    },
  };
}
