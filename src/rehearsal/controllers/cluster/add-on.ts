import type { KubeObject } from '../../../kube/objects.ts';
import { ADD_ON } from './managed-cluster.ts';

/** Held until the add-on's own cleanup on the managed cluster is done. */
export const ADD_ON_FINALIZER = 'addon.open-cluster-management.io/addon-pre-delete';
const INSTALL_NAMESPACE = 'open-cluster-management-agent-addon';

/** What each switch of a KlusterletAddonConfig brings; `work-manager` comes with every managed cluster. */
const ADD_ONS: Readonly<Record<string, readonly string[]>> = {
  applicationManager: ['application-manager'],
  certPolicyController: ['cert-policy-controller'],
  iamPolicyController: ['iam-policy-controller'],
  policyController: ['config-policy-controller', 'governance-policy-framework'],
  searchCollector: ['search-collector'],
};

/** Names of the add-ons a cluster gets, sorted. */
export function wantedAddOns(config: KubeObject | undefined): readonly string[] {
  const spec = (config?.['spec'] ?? {}) as Readonly<Record<string, { enabled?: boolean } | undefined>>;
  const chosen = Object.entries(ADD_ONS).flatMap(([feature, names]) => (spec[feature]?.enabled === true ? names : []));
  return [...chosen, 'work-manager'].toSorted();
}

export function addOn(cluster: string, name: string): KubeObject {
  return { ...ADD_ON, metadata: { name, namespace: cluster, finalizers: [ADD_ON_FINALIZER] }, spec: { installNamespace: INSTALL_NAMESPACE } };
}
