import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubeObject } from '../../kube/objects.ts';
import { LabwrightError, messageOf } from '../../util/errors.ts';
import { argoDefinitions } from './argoproj.ts';
import { assistedDefinitions } from './assisted.ts';
import { hiveDefinitions } from './hive.ts';
import { metal3Definitions } from './metal3.ts';
import { managementDefinitions } from './open-cluster-management.ts';
import { openshiftDefinitions } from './openshift.ts';
import { policyDefinitions } from './policies.ts';
import { siteconfigDefinitions } from './siteconfig.ts';

/** Parsing fifty of them takes a second: once per folder is enough. */
const read = new Map<string, readonly KubeObject[]>();

/**
 * The CustomResourceDefinitions of a hub: those in a folder of YAML files when one is given, and ours for the kinds it
 * lacks; else ours alone.
 *
 * @throws LabwrightError `bad_input` when the folder or a file in it cannot be read.
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
  const given = read.get(crdsDir) ?? definitionsIn(crdsDir);
  read.set(crdsDir, given);
  const names = new Set(given.map((one) => one.metadata.name));
  return [...given, ...ours.filter((one) => !names.has(one.metadata.name))];
}

function definitionsIn(folder: string): KubeObject[] {
  let files: string[];
  try {
    files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ya?ml$/.test(file));
  } catch (cause) {
    throw new LabwrightError('bad_input', `cannot read the folder ${folder}: ${messageOf(cause)}`, {
      cause,
      hint: 'give a folder of CustomResourceDefinitions',
    });
  }
  return files.toSorted().map((file) => {
    const path = join(folder, file);
    try {
      return parse(readFileSync(path, 'utf8')) as KubeObject;
    } catch (cause) {
      throw new LabwrightError('bad_input', `cannot read ${path}: ${messageOf(cause)}`, { cause, hint: 'one CustomResourceDefinition per file, as YAML' });
    }
  });
}
