import { Command } from 'commander';
import { stringify } from 'yaml';
import { expandInstance, type Expansion } from '../render/siteconfig/expand-instance.ts';
import { hubOf, theInstance } from './offline-hub.ts';
import { readManifests } from './read-manifests.ts';

const EXAMPLES = `
The files hold one ClusterInstance and the objects it refers to: its ClusterImageSet, pull secret, BMC secrets, extra manifests, templates,
and the namespaces that nothing else in them lies in. Several documents, a List, YAML or JSON. Contacts nothing.

Prints what the siteconfig operator would apply, in its order; or where it would stop: admission, validation, render, dry-run.
Of the operator's own templates ai-*-templates-v1 and ibi-*-templates-v1 are known; those for hosted installation are refused.
Exit codes: 0 expanded, 1 refused, 2 the files cannot be read.

Examples:
  labwright clusterinstance expand sno1.yml secrets.yml imageset.yml
  labwright clusterinstance expand sno1.yml secrets.yml imageset.yml --json | jq '.objects[].kind'
  labwright clusterinstance expand everything.json --json | jq .refused
`;

/** `labwright clusterinstance expand FILE… [--json]`. */
export function clusterInstanceExpandCommand(): Command {
  return new Command('expand')
    .description('print what the siteconfig operator would apply for a ClusterInstance, without a hub')
    .argument('<file...>', 'files with the ClusterInstance and the objects it refers to')
    .option('--json', 'print {objects, refused?} as JSON instead of the objects as YAML')
    .addHelpText('after', EXAMPLES)
    .action(expand);
}

async function expand(paths: readonly string[], options: { readonly json?: boolean }): Promise<void> {
  const given = await readManifests(paths);
  const { instance } = theInstance(given);
  const objects = given.map(({ object }) => object);
  const expansion = await expandInstance(hubOf(instance, objects), instance);
  if (options.json) process.stdout.write(`${JSON.stringify(expansion, null, 2)}\n`);
  else print(expansion);
  if (expansion.refused) process.exitCode = 1;
}

function print({ objects, refused }: Expansion): void {
  // Quoted for readers of YAML 1.1, kubectl among them: there `yes` is no text.
  for (const object of objects) process.stdout.write(`---\n${stringify(object, { version: '1.1', aliasDuplicateObjects: false })}`);
  if (!refused) return;
  const { stage, code, condition, message } = refused;
  const shown = [stage, code, condition].filter((one) => one !== undefined).join(' ');
  process.stderr.write(`refused (${shown}): ${message}\n`);
}
