import { probeTcp } from '../../util/probe-tcp.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { reach, waitingFor } from '../cluster-install/milestone.ts';
import { nodesOf } from './upi-files.ts';

/** Where a bootstrap serves machine configurations (reference/lab-and-libvirt.md §7.3). */
const PORT = 22_623;

/** The bootstrap runs from its disk and hands out the machine configurations that the others ask it for. */
export function awaitMachineConfigs(input: ActionInput): Step<ActionDeps> {
  const [bootstrap] = nodesOf(input, 'bootstrap');
  const host = bootstrap?.addresses[0] ?? '';
  return {
    id: 'await-machine-configs',
    title: `Wait until the bootstrap of ${input.cluster.name} serves machine configurations`,
    limitMs: 45 * 60_000,
    run: (deps, context) =>
      reach(context, async () => {
        const answer = await probeTcp(deps, { host, port: PORT }, context.signal, { greets: false });
        return answer.status === 'open'
          ? { status: 'met', evidence: `the bootstrap serves machine configurations at ${host}:${PORT}` }
          : waitingFor(
              'bootstrap',
              'MachineConfigsServed',
              'ConnectionRefused',
              `nothing answers at ${host}:${PORT} yet: it writes its disk, reboots, or pulls the release`,
            );
      }),
  };
}
