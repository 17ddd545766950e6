/** An operator of the catalogue, as OLM is asked for it. */
export interface WantedOperator {
  /** Package and Subscription. */
  readonly name: string;
  readonly namespace: string;
  readonly catalog: string;
  /** Namespaces its OperatorGroup watches; empty: all. Undefined: the namespace has a group already. */
  readonly watches: readonly string[] | undefined;
  readonly purpose: string;
}

const CATALOG = 'redhat-operators';

/** What makes a cluster a hub for spokes (reference/ztp.md §1.2). Each in its package's default channel. */
export const HUB_OPERATORS: readonly WantedOperator[] = [
  {
    name: 'advanced-cluster-management',
    namespace: 'open-cluster-management',
    catalog: CATALOG,
    watches: ['open-cluster-management'],
    purpose: 'installs and manages spokes',
  },
  {
    name: 'openshift-gitops-operator',
    namespace: 'openshift-gitops-operator',
    catalog: CATALOG,
    watches: [],
    purpose: 'makes spokes from Git',
  },
  {
    name: 'topology-aware-lifecycle-manager',
    namespace: 'openshift-operators',
    catalog: CATALOG,
    watches: undefined,
    purpose: 'rolls policies and upgrades out',
  },
];
