import { objectPath, type KubeObject, type ObjectRef } from '../kube/objects.ts';
import { createMemoryApi, type MemoryApi } from '../rehearsal/api/memory-api.ts';
import { StatusError } from '../rehearsal/api/status-error.ts';
import { hubDefinitions } from '../rehearsal/definitions/hub-definitions.ts';
import { admitClusterInstance } from '../render/siteconfig/admit-cluster-instance.ts';
import { CLUSTER_INSTANCE } from '../render/siteconfig/cluster-instance.ts';
import type { ExpandDeps } from '../render/siteconfig/expand-instance.ts';
import { OPERATOR_NAMESPACE } from '../render/siteconfig/foreign-templates.ts';
import { FIELD_MANAGER } from '../render/siteconfig/stages.ts';
import { LabwrightError } from '../util/errors.ts';
import type { GivenManifest } from './read-manifests.ts';

export interface TheInstance {
  readonly instance: KubeObject;
  /** As it stands in its file. */
  readonly given: GivenManifest;
}

/** The one ClusterInstance, as a client creates it: what a server wrote into it is left out. */
export function theInstance(given: readonly GivenManifest[]): TheInstance {
  const instances = given.filter(({ object }) => object.kind === CLUSTER_INSTANCE.kind);
  const [first, second] = instances;
  if (first === undefined) throw new LabwrightError('bad_input', 'there is no ClusterInstance in the files', { hint: 'name the file that holds it too' });
  if (second !== undefined)
    throw new LabwrightError('bad_input', `this is a second ClusterInstance, beside ${first.object.metadata.name}`, {
      at: second.at,
      hint: 'name the files of one at a time',
    });
  const { apiVersion, kind, metadata, spec } = first.object;
  if (apiVersion !== CLUSTER_INSTANCE.apiVersion)
    throw new LabwrightError('bad_input', `ClusterInstance has no version ${apiVersion}`, {
      at: first.at,
      hint: `write apiVersion: ${CLUSTER_INSTANCE.apiVersion}`,
    });
  const { name, namespace = 'default', labels, annotations } = metadata;
  const instance = { apiVersion, kind, metadata: { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) }, spec };
  return { instance, given: first };
}

/** A hub that has nothing but the given objects, and the namespaces that they lie in. */
export function hubOf(instance: KubeObject, objects: readonly KubeObject[]): ExpandDeps {
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
