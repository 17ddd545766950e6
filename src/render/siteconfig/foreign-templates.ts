import type { ObjectRef } from '../../kube/objects.ts';
import type { ClusterInstanceSpec } from './cluster-instance.ts';

export const OPERATOR_NAMESPACE = 'open-cluster-management';
const CLUSTER_TEMPLATES = 'ai-cluster-templates-v1';
const NODE_TEMPLATES = 'ai-node-templates-v1';
/** What the operator brings with it: image-based and hosted installation beside the assisted one. */
const OPERATOR_TEMPLATES = ['ai', 'ibi', 'hcp'].flatMap((prefix) => [`${prefix}-cluster-templates-v1`, `${prefix}-node-templates-v1`]);

/**
 * Templates other than the operator's assisted-installer ones, each once.
 *
 * A real operator renders any Go template; here they are named and refused (docs/differences.md).
 */
export function foreignTemplates(spec: ClusterInstanceSpec): readonly ObjectRef[] {
  const foreign = (refs: ClusterInstanceSpec['templateRefs'], own: string): ClusterInstanceSpec['templateRefs'] =>
    refs.filter(({ name, namespace }) => name !== own || namespace !== OPERATOR_NAMESPACE);
  const all = [...foreign(spec.templateRefs, CLUSTER_TEMPLATES), ...spec.nodes.flatMap((node) => foreign(node.templateRefs, NODE_TEMPLATES))];
  const found = new Map(all.map(({ name, namespace }) => [`${namespace}/${name}`, { apiVersion: 'v1', kind: 'ConfigMap', namespace, name }]));
  return [...found.values()];
}

/** Whether it is on every hub that runs the operator. */
export function isOperatorTemplate({ name, namespace }: ObjectRef): boolean {
  return namespace === OPERATOR_NAMESPACE && OPERATOR_TEMPLATES.includes(name);
}

/** Why they are not rendered. */
export function foreignTemplatesRefusal(foreign: readonly ObjectRef[]): string {
  const names = foreign.map(({ name, namespace }) => `${namespace}/${name}`).join(', ');
  return `labwright renders the default templates of the assisted installer only, not ${names}`;
}
