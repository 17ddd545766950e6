import { Command } from 'commander';
import { clusterInstanceSpec } from '../render/siteconfig/cluster-instance.ts';
import { expandInstance, type Expansion } from '../render/siteconfig/expand-instance.ts';
import { checkInstance } from '../render/instance-check/check-instance.ts';
import type { Finding } from '../render/instance-check/finding.ts';
import { formatDiagnostic } from '../util/diagnostic.ts';
import type { FilePosition } from '../util/errors.ts';
import { readTextFile } from '../util/read-text-file.ts';
import { MAX_SOURCE_BYTES } from '../util/source-file.ts';
import { hubOf, theInstance, type TheInstance } from './offline-hub.ts';
import { readManifests } from './read-manifests.ts';

const EXAMPLES = `
The files are those of "labwright clusterinstance expand". Contacts nothing. Three layers are asked:
  operator            would the siteconfig operator take it, and the hub what its templates give?
  assisted-service    by the ids of its validations: what it refuses once the hosts have registered, some twenty minutes later
  documentation       what is documented, or goes wrong although nobody refuses it

Exit codes: 0 nothing against it (warnings are no objection), 1 refused, 2 the files cannot be read.

Examples:
  labwright clusterinstance check sno1.yml secrets.yml imageset.yml
  labwright clusterinstance check everything.json --json | jq '.findings[] | .id'
`;

/** What one layer says, and where. */
interface Said extends Omit<Finding, 'layer' | 'keys'> {
  readonly layer: 'operator' | Finding['layer'];
  readonly at: FilePosition;
}

/** `labwright clusterinstance check FILE… [--json]`. */
export function clusterInstanceCheckCommand(): Command {
  return new Command('check')
    .description('say what operator, assisted-service and documentation have against a ClusterInstance, without a hub')
    .argument('<file...>', 'files with the ClusterInstance and the objects it refers to')
    .option('--json', 'print {findings: [{layer, id, severity, message, hint, at}]} as JSON')
    .addHelpText('after', EXAMPLES)
    .action(check);
}

async function check(paths: readonly string[], options: { readonly json?: boolean }): Promise<void> {
  const given = await readManifests(paths);
  const found = theInstance(given);
  const objects = given.map(({ object }) => object);
  const { refused } = await expandInstance(hubOf(found.instance, objects), found.instance);
  // A hub of its own: the first one has the ClusterInstance already.
  const findings = [...(refused ? [operatorSays(refused, found)] : []), ...(await laterLayers(hubOf(found.instance, objects), found))];
  if (options.json) process.stdout.write(`${JSON.stringify({ findings }, null, 2)}\n`);
  else await print(findings, found);
  if (findings.some(({ severity }) => severity === 'error')) process.exitCode = 1;
}

function operatorSays({ stage, condition, message }: NonNullable<Expansion['refused']>, { given }: TheInstance): Said {
  const hint = stage === 'dry-run' ? 'the message holds what the hub refuses of a rendered object' : 'correct what the message names';
  return { layer: 'operator', id: condition ?? stage, severity: 'error', message, hint, at: given.place(['spec']) };
}

/** Nothing of a ClusterInstance that the hub does not even store. */
async function laterLayers(hub: ReturnType<typeof hubOf>, { instance, given }: TheInstance): Promise<readonly Said[]> {
  const created = await hub.create(instance);
  if (!('stored' in created)) return [];
  return checkInstance(clusterInstanceSpec(created.stored)).map(({ keys, ...finding }) => ({ ...finding, at: given.place(keys) }));
}

async function print(findings: readonly Said[], { given, instance }: TheInstance): Promise<void> {
  const text = await readTextFile(given.at.path, { maxBytes: MAX_SOURCE_BYTES, hint: '' });
  const lines = text.split('\n');
  for (const { layer, ...finding } of findings) {
    const diagnostic = { ...finding, message: `${finding.message} (${layer}: ${finding.id})` };
    process.stdout.write(`${formatDiagnostic(diagnostic, (_path, line) => lines[line - 1])}\n`);
  }
  if (findings.length === 0) process.stdout.write(`${instance.metadata.name}: operator, assisted-service and documentation have nothing against it\n`);
}
