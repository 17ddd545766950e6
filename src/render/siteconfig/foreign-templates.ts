import type { ObjectRef } from '../../kube/objects.ts';
import type { ClusterInstanceSpec } from './cluster-instance.ts';

export const OPERATOR_NAMESPACE = 'open-cluster-management';
/** How it installs: what its templates' names begin with. */
export type Installation = 'ai' | 'ibi';
/** What the operator brings with it: image-based and hosted installation beside the assisted one. */
const OPERATOR_TEMPLATES = ['ai', 'ibi', 'hcp'].flatMap((prefix) => [`${prefix}-cluster-templates-v1`, `${prefix}-node-templates-v1`]);

/** Templates other than those of the operator's that are rendered by typed functions, each once. */
export function foreignTemplates(spec: ClusterInstanceSpec): readonly ObjectRef[] {
  const foreign = (refs: ClusterInstanceSpec['templateRefs'], level: 'cluster' | 'node'): ClusterInstanceSpec['templateRefs'] =>
    refs.filter((ref) => installationOf(ref, level) === undefined);
  const all = [...foreign(spec.templateRefs, 'cluster'), ...spec.nodes.flatMap((node) => foreign(node.templateRefs, 'node'))];
  const found = new Map(all.map(({ name, namespace }) => [templateKey({ name, namespace }), { apiVersion: 'v1', kind: 'ConfigMap', namespace, name }]));
  return [...found.values()];
}

/** Of a template that is rendered by typed functions: what it installs with. */
export function installationOf({ name, namespace }: TemplateName, level: 'cluster' | 'node'): Installation | undefined {
  if (namespace !== OPERATOR_NAMESPACE) return undefined;
  return (['ai', 'ibi'] as const).find((installation) => name === `${installation}-${level}-templates-v1`);
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
 * Why rendering stops before it begins: the templates for hosted installation are the operator's own, and their texts
 * are not here (docs/differences.md).
 *
 * @returns undefined when there is none among `foreign`.
 */
export function operatorTemplatesRefusal(foreign: readonly ObjectRef[]): string | undefined {
  const names = foreign.filter(isOperatorTemplate).map(({ name, namespace }) => `${namespace}/${name}`);
  return names.length === 0 ? undefined : `labwright renders the operator's templates for assisted and image-based installation only, not ${names.join(', ')}`;
}
