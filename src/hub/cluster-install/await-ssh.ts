import type { PlannedNode } from '../../lab/plan.ts';
import { probeTcp } from '../../util/probe-tcp.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps } from '../action.ts';
import { reach, waitingFor } from './milestone.ts';

const SSH_PORT = 22;

/** A machine that booted its image answers ssh: the first sign of life that anybody outside can see. */
export function awaitSsh(node: Pick<PlannedNode, 'name' | 'addresses'>, step: Pick<Step<ActionDeps>, 'id' | 'title' | 'limitMs'>): Step<ActionDeps> {
  const host = node.addresses[0] ?? '';
  return {
    ...step,
    run: (deps, context) =>
      reach(context, async () => {
        const answer = await probeTcp(deps, { host, port: SSH_PORT }, context.signal, { greets: true });
        return answer.status === 'open'
          ? { status: 'met', evidence: `${node.name} answers ssh: ${answer.greeting}` }
          : waitingFor(
              node.name,
              'LiveSystemUp',
              'ConnectionRefused',
              `nothing answers at ${host}:${SSH_PORT} yet: it fetches the image, boots, or got another address`,
            );
      }),
  };
}
