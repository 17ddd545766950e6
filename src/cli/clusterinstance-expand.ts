import { Command } from 'commander';
import { stringify } from 'yaml';
import { objectPath, type KubeObject, type ObjectRef } from '../kube/objects.ts';
import { createMemoryApi, type MemoryApi } from '../rehearsal/api/memory-api.ts';
import { StatusError } from '../rehearsal/api/status-error.ts';
import { hubDefinitions } from '../rehearsal/definitions/hub-definitions.ts';
import { admitClusterInstance } from '../render/siteconfig/admit-cluster-instance.ts';
import { CLUSTER_INSTANCE } from '../render/siteconfig/cluster-instance.ts';
import { expandInstance, type ExpandDeps, type Expansion } from '../render/siteconfig/expand-instance.ts';
import { OPERATOR_NAMESPACE } from '../render/siteconfig/foreign-templates.ts';
import { FIELD_MANAGER } from '../render/siteconfig/stages.ts';
import { LabwrightError } from '../util/errors.ts';
import { readManifests, type GivenManifest } from './read-manifests.ts';

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
  const instance = theInstance(given);
  const objects = given.map(({ object }) => object);
  const expansion = await expandInstance(hubOf(instance, objects), instance);
  if (options.json) process.stdout.write(`${JSON.stringify(expansion, null, 2)}\n`);
  else print(expansion);
  if (expansion.refused) process.exitCode = 1;
}

/** The one ClusterInstance, as a client creates it: what a server wrote into it is left out. */
function theInstance(given: readonly GivenManifest[]): KubeObject {
  const instances = given.filter(({ object }) => object.kind === CLUSTER_INSTANCE.kind);
  const [first, second] = instances;
  if (first === undefined) throw new LabwrightError('bad_input', 'there is no ClusterInstance in the files', { hint: 'name the file that holds it too' });
  if (second !== undefined)
    throw new LabwrightError('bad_input', `this is a second ClusterInstance, beside ${first.object.metadata.name}`, {
      at: second.at,
      hint: 'expand one at a time',
    });
  const { apiVersion, kind, metadata, spec } = first.object;
  if (apiVersion !== CLUSTER_INSTANCE.apiVersion)
    throw new LabwrightError('bad_input', `ClusterInstance has no version ${apiVersion}`, {
      at: first.at,
      hint: `write apiVersion: ${CLUSTER_INSTANCE.apiVersion}`,
    });
  const { name, namespace = 'default', labels, annotations } = metadata;
  return { apiVersion, kind, metadata: { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) }, spec };
}

/** A hub that has nothing but the given objects, and the namespaces that they lie in. */
function hubOf(instance: KubeObject, objects: readonly KubeObject[]): ExpandDeps {
  const present = new Map(objects.map((object) => [keyOf(refOf(object)), object]));
  const declared = objects.filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Namespace').map(({ metadata }) => metadata.name);
  const used = objects.map(({ metadata }) => metadata.namespace ?? 'default');
  const api = createMemoryApi({
    definitions: hubDefinitions(),
    namespaces: new Set([...declared, ...used, instance.metadata.namespace!, OPERATOR_NAMESPACE]),
    admit: (request) => Promise.resolve(admitClusterInstance(request)),
    warn: (text) => void process.stderr.write(`warning: ${text}\n`),
  });
  return { get: (ref) => present.get(keyOf(ref)), create: (object) => create(api, object), dryRun: (object) => dryRun(api, object) };
}

function refOf({ apiVersion, kind, metadata: { name, namespace = 'default' } }: KubeObject): ObjectRef {
  // Of the kinds a ClusterInstance refers to, this one lies in no namespace.
  return kind === 'ClusterImageSet' ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
}

function keyOf(ref: ObjectRef): string {
  return `${ref.apiVersion} ${objectPath(ref)}`;
}

async function create(api: MemoryApi, object: KubeObject): ReturnType<ExpandDeps['create']> {
  try {
    return { stored: await api.create(object) };
  } catch (error) {
    if (error instanceof StatusError) return { code: error.code, message: error.message };
    throw error;
  }
}

async function dryRun(api: MemoryApi, object: KubeObject): Promise<string | undefined> {
  try {
    await api.dryRunApply(object, FIELD_MANAGER);
    return undefined;
  } catch (error) {
    if (error instanceof StatusError) return error.message;
    throw error;
  }
}

function print({ objects, refused }: Expansion): void {
  // Quoted for readers of YAML 1.1, kubectl among them: there `yes` is no text.
  for (const object of objects) process.stdout.write(`---\n${stringify(object, { version: '1.1', aliasDuplicateObjects: false })}`);
  if (!refused) return;
  const { stage, code, condition, message } = refused;
  const shown = [stage, code, condition].filter((one) => one !== undefined).join(' ');
  process.stderr.write(`refused (${shown}): ${message}\n`);
}
