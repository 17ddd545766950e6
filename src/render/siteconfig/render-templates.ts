import type { KubeObject } from '../../kube/objects.ts';
import type { ClusterInstanceSpec, NodeSpec } from './cluster-instance.ts';
import { renderClusterTemplates } from './cluster-templates.ts';
import { installationOf, templateKey, type Installation } from './foreign-templates.ts';
import { renderImageBasedCluster, renderImageBasedNode } from './image-based-templates.ts';
import { renderNodeTemplates } from './node-templates.ts';
import { OWNED_BY, ownerMark, type Owner } from './owner.ts';
import { waveOf } from './sync-wave.ts';
import { templateData } from './template-data.ts';
import { renderUserTemplates, type UserTemplates } from './user-templates.ts';

/** One rendered object, and what the spec says about its kind. */
export interface Manifest {
  readonly object: KubeObject;
  /** `suppressed`: not applied, what is there stays. `pruned`: not applied, and deleted where it is there. */
  readonly fate: 'applied' | 'suppressed' | 'pruned';
}

type Levels = readonly (ClusterInstanceSpec | NodeSpec)[];

/**
 * Everything a ClusterInstance asks for, in the order in which the operator applies it: by wave, then kind, then node.
 *
 * @throws Error with the operator's words when a template cannot be rendered.
 */
export function renderTemplates(owner: Owner, spec: ClusterInstanceSpec, users: UserTemplates = NONE): readonly Manifest[] {
  const manifest = (object: KubeObject, levels: Levels): Manifest => ({
    object: { ...object, metadata: { ...object.metadata, ...extended(object, levels, ownerMark(owner)) } },
    fate: fateOf(object, levels),
  });
  const cluster = objectsOf(spec, undefined, users).map((object) => manifest(object, [spec]));
  const nodes = spec.nodes.flatMap((node) => objectsOf(spec, node, users).map((object) => manifest(object, [node, spec])));
  return [...cluster, ...nodes].toSorted((a, b) => waveOf(a.object) - waveOf(b.object) || compare(a.object.kind, b.object.kind));
}

const NONE: UserTemplates = { texts: new Map(), releaseImage: '' };

/** Of one level, template by template; the operator's own are functions here. */
function objectsOf(spec: ClusterInstanceSpec, node: NodeSpec | undefined, users: UserTemplates): readonly KubeObject[] {
  const refs = (node ?? spec).templateRefs;
  if (refs.length === 0) return operatorObjects('ai', spec, node);
  return refs.flatMap((ref) => {
    const installation = installationOf(ref, node ? 'node' : 'cluster');
    if (installation !== undefined) return operatorObjects(installation, spec, node);
    return renderUserTemplates(users.texts.get(templateKey(ref)) ?? {}, templateData(spec, node, users.releaseImage));
  });
}

function operatorObjects(installation: Installation, spec: ClusterInstanceSpec, node: NodeSpec | undefined): readonly KubeObject[] {
  if (installation === 'ibi') return node ? renderImageBasedNode(spec, node) : renderImageBasedCluster(spec);
  return node ? renderNodeTemplates(spec, node) : renderClusterTemplates(spec);
}

/** What a template sets wins, then the most special non-empty map for the kind; the owner's mark comes last (reference/ztp.md §3.5.1). */
function extended({ kind, metadata }: KubeObject, levels: Levels, owner: string): Pick<KubeObject['metadata'], 'labels' | 'annotations'> {
  const extra = (maps: 'extraLabels' | 'extraAnnotations'): Record<string, string> =>
    levels.map((level) => level[maps][kind] ?? {}).find((map) => Object.keys(map).length > 0) ?? {};
  return {
    labels: { [OWNED_BY]: owner, ...extra('extraLabels'), ...metadata.labels },
    annotations: { ...extra('extraAnnotations'), ...metadata.annotations },
  };
}

function fateOf({ apiVersion, kind }: KubeObject, levels: Levels): Manifest['fate'] {
  if (levels.some(({ pruneManifests }) => pruneManifests.some((one) => one.kind === kind && one.apiVersion === apiVersion))) return 'pruned';
  return levels.some(({ suppressedManifests }) => suppressedManifests.includes(kind)) ? 'suppressed' : 'applied';
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
