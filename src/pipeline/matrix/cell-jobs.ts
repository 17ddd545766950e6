import type { PlannedCluster } from '../../lab/plan.ts';
import { HUB_KUBECONFIG } from '../jobdef.ts';
import { cellName, type Cell } from './axes.ts';
import type { ChainAction } from './check-chain.ts';
import type { PlannedCell } from './place-cells.ts';

/** An entry of a pipeline, as a user could have written it. */
export interface JobEntry extends Readonly<Record<string, unknown>> {
  readonly name: string;
}

const KUBECONFIG = 'kubeconfig';
const SPOKE_KUBECONFIG = 'spoke_kubeconfig';

export function hubInstall({ name }: PlannedCluster): JobEntry {
  return { name: `${name}-install`, action: 'install', cluster: name, outputs: { [`${name}_${KUBECONFIG}`]: KUBECONFIG } };
}

interface Around {
  readonly chain: readonly ChainAction[];
  /** Jobs that must have succeeded, or just ended, before the first of these. */
  readonly needs: readonly string[];
  readonly after: readonly string[];
}

/** The jobs of a cell, one after the other: an attach gets the kubeconfig that the last installation before it handed out. */
export function cellJobs(placed: PlannedCell, { chain, needs, after }: Around): JobEntry[] {
  const { cell, hub, spoke } = placed;
  const name = cellName(cell);
  const kubeconfig = `${name}_${KUBECONFIG}`;
  let installed: string | undefined;
  const jobs: JobEntry[] = [];
  for (const action of chain) {
    const earlier = jobs.filter((job) => job['action'] === action).length;
    const before = jobs.at(-1)?.name;
    const job = {
      ...throughHub(hub),
      ...options(cell),
      name: earlier === 0 ? `${name}-${action}` : `${name}-${action}-${earlier + 1}`,
      action,
      cluster: spoke.name,
      needs: before === undefined ? [hubInstall(hub).name, ...needs] : [before],
      after: before === undefined ? after : [],
    };
    const installs = action === 'install' || action === 'redeploy';
    if (installs) installed = job.name;
    jobs.push({
      ...job,
      ...(installs && { outputs: { [kubeconfig]: KUBECONFIG } }),
      ...(action === 'attach' && { inputs: { ...job.inputs, [kubeconfig]: SPOKE_KUBECONFIG }, prev_stages: [...job.prev_stages, installed] }),
    });
  }
  return jobs;
}

/** What makes a spoke's machines and its hub ready for the next cell, whatever became of this one. */
export function destroyJob({ cell, hub, spoke }: PlannedCell, last: string): JobEntry {
  return {
    ...throughHub(hub),
    ...options(cell),
    name: `${cellName(cell)}-destroy`,
    action: 'destroy',
    cluster: spoke.name,
    needs: [hubInstall(hub).name],
    after: [last],
  };
}

function throughHub(hub: PlannedCluster): { readonly prev_stages: readonly string[]; readonly inputs: Readonly<Record<string, string>> } {
  return { prev_stages: [hubInstall(hub).name], inputs: { [`${hub.name}_${KUBECONFIG}`]: HUB_KUBECONFIG } };
}

/** What a job must know of its cell. What is usual is left unsaid. */
function options({ implementation, network }: Cell): Readonly<Record<string, string>> {
  return { ...(implementation === 'gitops' && { implementation }), ...(network === 'disconnected' && { network }) };
}
