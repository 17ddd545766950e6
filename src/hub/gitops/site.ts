import type { KubeObject } from '../../kube/objects.ts';
import { renderKustomization, type Rendering } from '../../render/kustomize/render-kustomization.ts';
import { hasErrors, type Diagnostic } from '../../util/diagnostic.ts';
import type { ActionInput } from '../action.ts';
import { AGENT_CLUSTER_INSTALL } from '../kinds.ts';
import { checkNodes, type SiteNode } from './check-nodes.ts';
import { checkPolicies } from './check-policies.ts';
import { convertSite } from './convert-site.ts';
import { readInstallObjects } from './read-install-objects.ts';
import { readInstance } from './read-instance.ts';
import type { SitesCommit, SitesSource } from './sites-door.ts';

/**
 * How a commit's cluster gets to the hub: as its ClusterInstance; as the objects that Argo CD's plugin renders from a SiteConfig;
 * or, where hubs have that plugin no longer, as the ClusterInstance that labwright converts the SiteConfig to.
 */
export type SiteForm = 'clusterinstance' | 'siteconfig' | 'converted';

/** What a commit says of one cluster. */
export interface Site extends SiteCluster {
  readonly revision: string;
  readonly form: SiteForm;
  /** Folder and objects of its policies; undefined when the commit has none. */
  readonly policies: { readonly path: string; readonly objects: readonly KubeObject[] } | undefined;
}

export interface SiteCluster {
  /** Name of the Secret. */
  readonly pullSecret: string;
  readonly nodes: readonly SiteNode[];
  /** For `converted`: the ClusterInstance, and before it the ConfigMaps it refers to. */
  readonly converted: readonly KubeObject[];
}

export interface ReadSite {
  /** undefined when something is wrong. */
  readonly site: Site | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** OpenShift releases whose hubs render no SiteConfig any more (reference/ztp.md §4.7). */
const CONVERTED_FROM = [4, 20] as const;

/** Builds what a commit says of a cluster and checks it against the lab's plan: all that can be known before the hub is touched. Pure. */
export function readSite(commit: SitesCommit, source: SitesSource, input: Pick<ActionInput, 'plan' | 'cluster' | 'release'>): ReadSite {
  const { cluster, plan } = input;
  const rendering = renderKustomization({ files: commit.files, path: source.path });
  const policiesPath = source.policiesPath ?? siblingPolicies(commit, source.path);
  const policies = policiesPath === undefined ? undefined : renderKustomization({ files: commit.files, path: policiesPath });
  const diagnostics: Diagnostic[] = [...rendering.diagnostics, ...(policies?.diagnostics ?? [])];
  if (policies) diagnostics.push(...checkPolicies(policies));
  const form = formOf(rendering, input.release.version);
  const read = rendering.objects && reader(form)({ commit, rendering, path: source.path, cluster: cluster.name });
  diagnostics.push(...(read?.diagnostics ?? []));
  if (read?.value) diagnostics.push(...checkNodes(plan, cluster, read.value.nodes));
  if (!read?.value || hasErrors(diagnostics)) return { site: undefined, diagnostics };
  const described = policiesPath !== undefined && policies?.objects ? { path: policiesPath, objects: policies.objects } : undefined;
  return { site: { revision: commit.revision, form, policies: described, ...read.value }, diagnostics };
}

/** A folder that was built, and the cluster that is looked for in it. */
export interface SiteFolder {
  readonly commit: SitesCommit;
  readonly rendering: Rendering;
  readonly path: string;
  readonly cluster: string;
}

function reader(form: SiteForm): (folder: SiteFolder) => { readonly value: SiteCluster | undefined; readonly diagnostics: readonly Diagnostic[] } {
  if (form === 'siteconfig') return readInstallObjects;
  return form === 'converted' ? convertSite : readInstance;
}

function formOf({ objects = [] }: Rendering, version: string): SiteForm {
  if (!objects.some(({ kind }) => kind === AGENT_CLUSTER_INSTALL.kind)) return 'clusterinstance';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > CONVERTED_FROM[0] || (major === CONVERTED_FROM[0] && minor >= CONVERTED_FROM[1]) ? 'converted' : 'siteconfig';
}

function siblingPolicies({ files }: SitesCommit, path: string): string | undefined {
  const beside = path.includes('/') ? `${path.slice(0, path.lastIndexOf('/'))}/policies` : 'policies';
  return [...files.keys()].some((file) => file.startsWith(`${beside}/`)) ? beside : undefined;
}
