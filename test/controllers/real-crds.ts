import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubeObject } from '../../src/kube/objects.ts';

/** Definitions of the real operators that a test's hub has: `<group>/<plural>` of `shared/crds`. */
export const METAL3_CRDS = ['baremetalhosts', 'hardwaredata', 'hostfirmwaresettings', 'hostfirmwarecomponents'].map((name) => `metal3.io/${name}`);

/** What assisted-service and hive work on, with the hosts of metal3. */
export const ASSISTED_CRDS = [
  'extensions.hive.openshift.io/agentclusterinstalls',
  'hive.openshift.io/clusterdeployments',
  'hive.openshift.io/clusterimagesets',
  'agent-install.openshift.io/infraenvs',
  'agent-install.openshift.io/nmstateconfigs',
  'agent-install.openshift.io/agents',
  ...METAL3_CRDS,
];

const crdFolder = join(import.meta.dirname, '..', '..', '..', 'shared', 'crds');
const parsed = new Map<string, KubeObject>();

/** Definitions by `<group>/<plural>`, one file at a time: parsing all of them takes a second. */
export function realDefinitions(names: readonly string[]): readonly KubeObject[] {
  return names.map((name) => {
    const definition = parsed.get(name) ?? (parse(readFileSync(join(crdFolder, `${name}.yaml`), 'utf8')) as KubeObject);
    parsed.set(name, definition);
    return definition;
  });
}
