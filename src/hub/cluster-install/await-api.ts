import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { MET, reach, waitingFor } from './milestone.ts';
import { newCluster, readyz } from './new-cluster.ts';

const MINUTE = 60_000;

/** The API answers at its name. `title`, `id` and limit of methods in which somebody else serves it first. */
export function awaitApi(
  input: ActionInput,
  {
    id = 'await-api',
    title = `Wait for the API of ${input.cluster.name}`,
    limitMs = 120 * MINUTE,
  }: Partial<Pick<Step<ActionDeps>, 'id' | 'title' | 'limitMs'>> = {},
): Step<ActionDeps> {
  const object = apiName(input);
  return {
    id,
    title,
    limitMs,
    async run(deps, context) {
      const kube = await newCluster(input, deps, context);
      await reach(context, async () => {
        const ready = await readyz(kube, context.signal);
        return ready === undefined ? MET : waitingFor(object, 'readyz', ready.reason, ready.message);
      });
    },
  };
}

export function apiName({ cluster }: Pick<ActionInput, 'cluster'>): string {
  return `api.${cluster.name}.${cluster.baseDomain}`;
}
