import type { ObjectRef } from '../../kube/objects.ts';
import type { ClusterInstanceSpec } from './cluster-instance.ts';

export const OPERATOR_NAMESPACE = 'open-cluster-management';
const CLUSTER_TEMPLATES = 'ai-cluster-templates-v1';
const NODE_TEMPLATES = 'ai-node-templates-v1';
/** What the operator brings with it: image-based and hosted installation beside the assisted one. */
const OPERATOR_TEMPLATES = ['ai', 'ibi', 'hcp'].flatMap((prefix) => [`${prefix}-cluster-templates-v1`, `${prefix}-node-templates-v1`]);

/** Templates other than the operator's assisted-installer ones, each once. */
export function foreignTemplates(spec: ClusterInstanceSpec): readonly ObjectRef[] {
  const foreign = (refs: ClusterInstanceSpec['templateRefs'], level: 'cluster' | 'node'): ClusterInstanceSpec['templateRefs'] =>
    refs.filter((ref) => !isDefaultTemplate(ref, level));
  const all = [...foreign(spec.templateRefs, 'cluster'), ...spec.nodes.flatMap((node) => foreign(node.templateRefs, 'node'))];
  const found = new Map(all.map(({ name, namespace }) => [templateKey({ name, namespace }), { apiVersion: 'v1', kind: 'ConfigMap', namespace, name }]));
  return [...found.values()];
}

/** Whether it is the one of the assisted installer, which is rendered by typed functions. */
export function isDefaultTemplate({ name, namespace }: TemplateName, level: 'cluster' | 'node'): boolean {
  return namespace === OPERATOR_NAMESPACE && name === (level === 'cluster' ? CLUSTER_TEMPLATES : NODE_TEMPLATES);
}

export function templateKey({ name, namespace }: TemplateName): string {
  return `${namespace}/${name}`;
}

interface TemplateName {
  readonly name: string;
  readonly namespace: string;
}

/** Whether it is on every hub that runs the operator. */
export function isOperatorTemplate({ name, namespace }: ObjectRef): boolean {
  return namespace === OPERATOR_NAMESPACE && OPERATOR_TEMPLATES.includes(name);
}

/**
 * Why rendering stops before it begins: image-based and hosted installation are the operator's own templates, whose texts
 * are not here (docs/differences.md).
 *
 * @returns undefined when there is none among `foreign`.
 */
export function operatorTemplatesRefusal(foreign: readonly ObjectRef[]): string | undefined {
  const names = foreign.filter(isOperatorTemplate).map(({ name, namespace }) => `${namespace}/${name}`);
  return names.length === 0 ? undefined : `labwright renders the operator's templates of the assisted installer only, not ${names.join(', ')}`;
}
