import type { KubeObject } from '../../kube/objects.ts';
import { argoDefinitions } from './argoproj.ts';
import { assistedDefinitions } from './assisted.ts';
import { hiveDefinitions } from './hive.ts';
import { metal3Definitions } from './metal3.ts';
import { managementDefinitions } from './open-cluster-management.ts';
import { openshiftDefinitions } from './openshift.ts';
import { policyDefinitions } from './policies.ts';
import { readDefinitions } from './read-definitions.ts';
import { siteconfigDefinitions } from './siteconfig.ts';

/** Parsing fifty of them takes a second: once per folder is enough. */
const read = new Map<string, readonly KubeObject[]>();

/**
 * The CustomResourceDefinitions of a hub: those in a folder of YAML files when one is given, and ours for the kinds it
 * lacks; else ours alone.
 *
 * @throws LabwrightError see readDefinitions.
 */
export function hubDefinitions(crdsDir?: string): readonly KubeObject[] {
  const ours = [
    ...siteconfigDefinitions(),
    ...assistedDefinitions(),
    ...hiveDefinitions(),
    ...metal3Definitions(),
    ...managementDefinitions(),
    ...policyDefinitions(),
    ...argoDefinitions(),
    ...openshiftDefinitions(),
  ];
  if (crdsDir === undefined) return ours;
  const given = read.get(crdsDir) ?? readDefinitions(crdsDir);
  read.set(crdsDir, given);
  const names = new Set(given.map((one) => one.metadata.name));
  return [...given, ...ours.filter((one) => !names.has(one.metadata.name))];
}
