import { find, refuse, type KustomizeRun } from './kustomize-run.ts';
import type { KustomizeResource } from './kustomize-resource.ts';
import type { LoadedKustomization } from './load-kustomization.ts';
import { generatePolicies } from './policy-generator/generate-policies.ts';
import { readFile } from './read-file.ts';
import { generateSite } from './site-config/generate-site.ts';
import { readObjects, type ReadObject } from './read-objects.ts';

/** What one kind of generator makes of its object. */
export type Generator = (run: KustomizeRun, loaded: LoadedKustomization, config: ReadObject) => KustomizeResource[];

/** Generators by `kind.group`. */
const GENERATORS: Readonly<Record<string, Generator>> = {
  'PolicyGenerator.policy.open-cluster-management.io': generatePolicies,
  'SiteConfig.ran.openshift.io': generateSite,
};

/** The objects of the files under `generators`, in their order. */
export function runGenerators(run: KustomizeRun, loaded: LoadedKustomization): KustomizeResource[] {
  return (loaded.kustomization.generators ?? []).flatMap((path, index) => {
    const at = loaded.file.at(['generators', index]);
    if (path.includes('\n')) {
      refuse(run, 'not-rendered', 'a generator written in the kustomization is not rendered', 'write it into a file and name that', at);
      return [];
    }
    if (find(run, loaded.folder, path)?.kind === 'folder') {
      refuse(run, 'not-rendered', 'a folder of generators is not rendered', 'name its files', at);
      return [];
    }
    const file = readFile(run, loaded.folder, path, at);
    return file === undefined ? [] : readObjects(run, file).flatMap((config) => generate(run, loaded, config));
  });
}

function generate(run: KustomizeRun, loaded: LoadedKustomization, config: ReadObject): KustomizeResource[] {
  const { kind, apiVersion } = config.object as { kind: string; apiVersion: string };
  const generator = GENERATORS[`${kind}.${apiVersion.split('/')[0]}`];
  if (generator !== undefined) return generator(run, loaded, config);
  const hint =
    kind === 'PolicyGenTemplate' ? 'write a PolicyGenerator: PolicyGenTemplate is deprecated' : 'commit what it generates, and list it under resources';
  refuse(run, 'unknown-generator', `the generator ${kind} of ${apiVersion} is not rendered`, hint, config.file.at(['kind']));
  return [];
}
