import { objectPath, type KubeObject } from '../../kube/objects.ts';
import type { WaitingOn } from '../../util/step.ts';
import { CLUSTER_CURATOR, CLUSTER_GROUP_UPGRADE, CLUSTER_VERSION } from '../kinds.ts';
import { conditionOf, valueAt } from '../read-object.ts';
import type { Symptom } from '../symptoms.ts';
import { FAILED_CURATION } from '../upgrade/curation.ts';
import { ENDED_GROUP_UPGRADE, GROUP_UPGRADE_RULES } from '../upgrade/group-upgrade-stage.ts';
import { UPDATE_RULES } from '../upgrade/update-stage.ts';
import type { SymptomRule } from '../watch-symptoms.ts';

export interface SeenBy {
  readonly rule: Omit<SymptomRule<never>, 'sees'>;
  readonly symptom: Symptom;
}

/** What the rules of upgrades see: on the cluster itself, then in the roll-outs and curations of its hub that are about it. */
export function upgradeSymptoms(cluster: string, seen: readonly KubeObject[]): readonly SeenBy[] {
  const by = <T>(rules: readonly SymptomRule<T>[], what: T): readonly SeenBy[] =>
    rules.flatMap((rule) => rule.sees(what).map((symptom) => ({ rule, symptom })));
  const groups = seen.filter((one) => one.kind === CLUSTER_GROUP_UPGRADE.kind && clustersOf(one).includes(cluster));
  const curators = seen.filter(({ kind, metadata }) => kind === CLUSTER_CURATOR.kind && metadata.name === cluster);
  return [
    ...by(UPDATE_RULES, seen),
    ...groups.flatMap((group) => by([ENDED_GROUP_UPGRADE, ...GROUP_UPGRADE_RULES], group)),
    ...curators.flatMap((curator) => by([FAILED_CURATION], curator)),
  ];
}

/** The update that a cluster is in, in its own words. */
export function upgradeWait(seen: readonly KubeObject[]): WaitingOn | undefined {
  const version = seen.find(({ kind }) => kind === CLUSTER_VERSION.kind);
  const progressing = conditionOf(version, 'Progressing');
  if (version === undefined || progressing?.status !== 'True') return undefined;
  return { object: objectPath(version), condition: progressing.type, reason: progressing.reason, message: progressing.message };
}

function clustersOf(group: KubeObject): readonly string[] {
  return (valueAt(group, 'spec', 'clusters') ?? []) as readonly string[];
}
