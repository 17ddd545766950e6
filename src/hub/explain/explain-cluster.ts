import { objectPath } from '../../kube/objects.ts';
import type { WaitingOn } from '../../util/step.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { allObjects, clusterObjects, type ClusterObjects } from '../cluster-objects.ts';
import { imported } from '../cluster-instance/import-cluster.ts';
import { installed } from '../cluster-instance/install-cluster.ts';
import { provisioned } from '../cluster-instance/provision-hosts.ts';
import { started } from '../cluster-instance/release-cluster-instance.ts';
import { validated } from '../cluster-instance/validate-hosts.ts';
import { verified } from '../cluster-instance/verify-cluster-instance.ts';
import { FAIL_FAST } from '../fail-fast.ts';
import type { Stage } from '../follow-cluster.ts';
import { conditionOf } from '../read-object.ts';
import type { Symptom } from '../symptoms.ts';
import type { SymptomRule } from '../watch-symptoms.ts';
import { upgradeSymptoms, upgradeWait } from './upgrade-symptoms.ts';

/** Why a cluster is not installed or upgraded yet, or fails: from the object's own words to the next command. */
export interface Explanation {
  readonly cluster: string;
  /** What the installation waits for now; undefined when the cluster is installed and managed, or was never begun. */
  readonly waitingFor: WaitingOn | undefined;
  /** Causes before what they cause. */
  readonly findings: readonly Finding[];
}

export interface Finding extends WaitingOn {
  /** Row of the fail-fast table. */
  readonly rule: string;
  /** When its condition came to say so, as the hub wrote it. */
  readonly since: string | undefined;
  /** How long an installation puts up with it; 0: not at all. */
  readonly tolerated_s: number;
  readonly cause: string;
  readonly hint: string;
  /** A command to look further with. */
  readonly next: string;
}

/**
 * What the fail-fast table (reference/ztp.md §2.11) and the rules of upgrades see at this moment in what a hub has of a
 * cluster, and the cluster of itself. Pure; needs no history.
 */
export function explainCluster(cluster: string, seen: readonly KubeObject[]): Explanation {
  const objects = clusterObjects(cluster, seen);
  const findings = [
    ...FAIL_FAST.flatMap((rule) => rule.sees(objects).map((symptom) => finding(cluster, seen, rule, symptom))),
    ...upgradeSymptoms(cluster, seen).map(({ rule, symptom }) => finding(cluster, seen, rule, symptom)),
  ];
  const told = new Set<string>();
  const once = findings.filter((one) => {
    const key = `${one.object} ${one.condition} ${one.message}`;
    if (told.has(key)) return false;
    told.add(key);
    return true;
  });
  return { cluster, waitingFor: waitingFor(cluster, objects) ?? upgradeWait(seen), findings: once };
}

function finding(cluster: string, seen: readonly KubeObject[], rule: Rule, { because, ...on }: Symptom): Finding {
  const object = seen.find((one) => objectPath(one) === on.object);
  return {
    rule: rule.id,
    ...on,
    since: conditionOf(object, on.condition)?.lastTransitionTime,
    tolerated_s: rule.tolerateMs / 1000,
    cause: because === undefined ? rule.cause : `${rule.cause} (${because})`,
    hint: rule.hint,
    next: nextCommand(cluster, rule, on.object),
  };
}

/** Of a rule, whatever it looks at. */
type Rule = Omit<SymptomRule<never>, 'sees'>;

/** `Kind/namespace/name` as the arguments of `oc`. */
function nextCommand(cluster: string, { look }: Rule, path: string): string {
  const [kind = '', ...rest] = path.split('/');
  const name = rest.at(-1) ?? '';
  const object = rest.length > 1 ? `${kind.toLowerCase()} ${name} -n ${rest[0]}` : `${kind.toLowerCase()} ${name}`;
  return (look ?? 'oc describe OBJECT').replaceAll('OBJECT', object).replaceAll('CLUSTER', cluster).replaceAll('NODE', `${cluster}/${name}`);
}

/** The first stage of the normal sequence that is not met. */
function waitingFor(cluster: string, objects: ClusterObjects): WaitingOn | undefined {
  if (allObjects(objects).length === 0) return undefined;
  const hosts = objects.hosts.map(({ metadata }) => metadata.name);
  const isThrough = 'met' in installed(cluster, objects);
  const before: readonly Stage<unknown>[] = isThrough
    ? []
    : [verified(cluster, hosts, objects), provisioned(cluster, hosts, objects), validated(cluster, hosts, objects), started(cluster, objects)];
  const open = [...before, installed(cluster, objects), imported(cluster, objects)].find((stage) => 'on' in stage);
  return open !== undefined && 'on' in open ? open.on : undefined;
}
