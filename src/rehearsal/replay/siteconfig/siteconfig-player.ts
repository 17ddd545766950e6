import type { KubeObject } from '../../../kube/objects.ts';
import { admitClusterInstance } from '../../../render/siteconfig/admit-cluster-instance.ts';
import { clusterInstanceSpec } from '../../../render/siteconfig/cluster-instance.ts';
import { foreignTemplates, operatorTemplatesRefusal } from '../../../render/siteconfig/foreign-templates.ts';
import { siteconfigControllers } from '../../controllers/siteconfig/siteconfig-controllers.ts';
import type { Player } from '../player.ts';
import { startHub } from '../start-hub.ts';
import { answerRefusals } from './answer-refusals.ts';
import { differencesBetween } from './compare.ts';
import { playCase } from './play-case.ts';
import type { SiteconfigCase } from './recording.ts';

/** The ClusterInstance controller and its webhook: cases around a ClusterInstance. */
export const siteconfigPlayer: Player = {
  operator: 'siteconfig',
  claims: ({ inputs, timeline }) => timeline === undefined && inputs.some(({ kind }) => kind === 'ClusterInstance'),
  outOfScope(recorded) {
    const siteconfig = recorded as unknown as SiteconfigCase;
    return siteconfig.refusals ? undefined : (unrenderable(siteconfig) ?? lostPart(siteconfig));
  },
  async play(definitions, recorded) {
    const siteconfig = recorded as unknown as SiteconfigCase;
    const hub = await startHub({ definitions, admit: (request) => Promise.resolve(admitClusterInstance(request)) });
    try {
      if (siteconfig.refusals) return await answerRefusals(hub.kube, siteconfig.inputs, siteconfig.refusals);
      await hub.run(siteconfigControllers);
      return differencesBetween(siteconfig, await playCase(hub, siteconfig));
    } finally {
      await hub.close();
    }
  },
};

/** The operator's own templates that our renderer does not know. */
function unrenderable({ inputs }: SiteconfigCase): string | undefined {
  return operatorTemplatesRefusal(foreignTemplates(clusterInstanceSpec(inputs.find(({ kind }) => kind === 'ClusterInstance')!)));
}

interface Pruning {
  readonly pruneManifests?: readonly { readonly kind: string }[] | null;
}

/** A recording whose objects were pruned without an action that says so has lost part of the action. */
function lostPart({ actions = [], laterSnapshots = [] }: SiteconfigCase): string | undefined {
  const specs = actions.map(({ body }) => (body as KubeObject | undefined)?.['spec'] as (Pruning & { readonly nodes?: readonly Pruning[] }) | undefined);
  const pruned = specs.flatMap((spec) => [spec, ...(spec?.nodes ?? [])]).flatMap((one) => one?.pruneManifests?.map(({ kind }) => kind) ?? []);
  const lost = laterSnapshots.flatMap(({ gone }) => gone).find((path) => !pruned.includes(path.split('/')[0] ?? ''));
  return pruned.length > 0 && lost !== undefined ? `the recording has no action that prunes ${lost}, though it went` : undefined;
}
