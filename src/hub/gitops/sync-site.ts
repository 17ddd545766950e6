import { objectPath, type KubeObject, type ObjectRef } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Memory, Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { clusterImageSetName } from '../cluster-instance/create-cluster-image-set.ts';
import { IDENTITY } from '../follow-cluster.ts';
import { argoRepositoryUrl } from '../gitea/push-sites.ts';
import { applyObject, openHub, type Hub } from '../hub.ts';
import { AGENT_CLUSTER_INSTALL, CLUSTER_INSTANCE, refTo } from '../kinds.ts';
import { SITE_FORM } from '../site-form.ts';
import { installPatches, instancePatch, instanceSpec, type ApplicationOptions, type Decided } from './application-objects.ts';
import { syncApplication } from './follow-sync.ts';
import { openSite, sourceOf } from './open-site.ts';
import type { Site } from './site.ts';

const STEP = 'sync-site';

/** The cluster of the commit is described to the hub, held, with the job's release: nothing of that is edited in Git. */
export function syncSite(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: STEP,
    title: `Let Argo CD describe ${cluster.name} to the hub, held`,
    limitMs: 30 * 60_000,
    async run(deps, context): Promise<Memory> {
      const hub = openHub(input, deps, context);
      const site = await openSite(input, deps, context);
      await describeSite(hub, input, site, true);
      const { key, ref } = identityOf(site, cluster.name);
      const object = await hub.kube.get(ref, context.signal);
      if (object) return { [key]: object.metadata.uid ?? null, [SITE_FORM]: site.form };
      const on = { object: objectPath(ref), condition: 'Synced', reason: 'NotFound', message: 'it was applied, and is not there' };
      throw new StepFailed('conflict', on, { hint: `see who deletes it on ${hub.name}` });
    },
  };
}

/** Brings the cluster to the hub, held or not. All else stays as it was: a ClusterInstance that was released takes no other change. */
export async function describeSite(hub: Hub, input: ActionInput, site: Site, held: boolean): Promise<void> {
  const { name } = input.cluster;
  const decided: Decided = { cluster: name, held, clusterImageSet: clusterImageSetName(input.release), step: `${input.job}/${STEP}` };
  if (site.form !== 'converted') return syncApplication(hub, siteApplication(input, site, decided, argoRepositoryUrl(input, hub.context.memory)));
  if (held) hub.context.log(`${name} is a SiteConfig, which hubs of ${input.release.version} do not render: converted to a ClusterInstance, without Argo CD`);
  for (const object of site.converted) await applyObject(hub, object.kind === CLUSTER_INSTANCE.kind ? withDecided(object, decided) : object);
}

/** The object by which the hub's cluster is known to be this job's. */
export function identityOf({ form }: Site, cluster: string): { readonly key: string; readonly ref: ObjectRef } {
  if (form === 'siteconfig') return { key: IDENTITY.agentClusterInstall, ref: refTo(AGENT_CLUSTER_INSTALL, cluster, cluster) };
  return { key: IDENTITY.clusterInstance, ref: refTo(CLUSTER_INSTANCE, cluster, cluster) };
}

function siteApplication(input: ActionInput, { form, revision }: Site, decided: Decided, url: string): ApplicationOptions {
  const { path } = sourceOf(input);
  const patches = form === 'siteconfig' ? installPatches(decided) : [instancePatch(decided)];
  return { cluster: decided.cluster, part: 'sites', url, path, revision, namespaces: [decided.cluster], patches, withInstallObjects: form === 'siteconfig' };
}

function withDecided(instance: KubeObject, decided: Decided): KubeObject {
  const spec = instance['spec'] as { readonly extraAnnotations?: Readonly<Record<string, Readonly<Record<string, string>>>> };
  const { extraAnnotations, ...rest } = instanceSpec(decided);
  const annotations = { ...spec.extraAnnotations, BareMetalHost: { ...spec.extraAnnotations?.['BareMetalHost'], ...extraAnnotations.BareMetalHost } };
  return { ...instance, spec: { ...spec, ...rest, extraAnnotations: annotations } };
}
