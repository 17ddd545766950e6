import type { KindRef, KubeObject } from '../../kube/objects.ts';
import { MINUTE_S, type FaultRow } from './fault-row.ts';

const APP_PROJECT = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject' } as const satisfies KindRef;

const SITES = { outcome: 'fails', object: 'Application/openshift-gitops/CLUSTER-sites' } as const;

/** What goes wrong between Git and the hub; it strikes jobs with `implementation: gitops`. */
export const GITOPS_FAULTS = {
  'repository-unreachable': {
    meaning: 'Argo CD cannot reach the Git host',
    target: 'hub',
    implementation: 'gitops',
    expect: {
      ...SITES,
      object: 'Application/openshift-gitops/CLUSTER-policies',
      condition: 'ComparisonError',
      reason: 'Unknown',
      message: /failed to list refs: .*i\/o timeout/,
      limitS: 30 * MINUTE_S,
    },
  },
  'manifest-invalid': {
    meaning: 'the kustomization of the cluster names a file that is not in the commit',
    target: 'cluster',
    implementation: 'gitops',
    sites: (files, cluster) => withLine(files, `${cluster}/sites/kustomization.yaml`, 'components: [gone]'),
    expect: {
      outcome: 'fails',
      object: String.raw`CLUSTER/sites/kustomization\.yaml:\d+:\d+`,
      condition: 'Rendered',
      reason: 'no-such-folder',
      message: /gone/,
      limitS: 5 * MINUTE_S,
    },
  },
  'sync-refused': {
    meaning: 'the Argo CD project of the cluster does not permit what makes it',
    target: 'hub',
    implementation: 'gitops',
    sabotage: {
      kind: APP_PROJECT,
      clusterOf: ({ metadata }) => metadata.name.replace(/-sites$/, ''),
      hits: () => true,
      change: (kube, project, signal) =>
        kube.patch(refOf(project), { spec: { namespaceResourceWhitelist: [{ group: '', kind: 'ConfigMap' }] } }, { type: 'merge' }, signal),
    },
    expect: {
      ...SITES,
      condition: 'SyncFailed',
      reason: 'Failed',
      message: /is not permitted in project/,
      limitS: 30 * MINUTE_S,
    },
  },
  'argo-out-of-sync': {
    meaning: 'somebody keeps changing what Argo CD applies',
    target: 'hub',
    implementation: 'gitops',
    expect: { ...SITES, condition: 'Synced', reason: 'OutOfSync', message: /is OutOfSync/, limitS: 45 * MINUTE_S },
  },
  'argo-stale-revision': {
    meaning: 'Argo CD syncs the commit before the one it was asked for',
    target: 'hub',
    implementation: 'gitops',
    expect: { outcome: 'survives', limitS: 300 * MINUTE_S },
  },
  'policy-pending-forever': {
    meaning: 'what the policies of the cluster depend on never comes',
    target: 'cluster',
    implementation: 'gitops',
    expect: {
      outcome: 'fails',
      object: String.raw`Policy/CLUSTER-policies/[\w-]+`,
      condition: 'Compliant',
      reason: 'Pending',
      message: /has not reported on it yet/,
      limitS: 330 * MINUTE_S,
    },
  },
  'policy-drifts': {
    meaning: 'somebody changes on the cluster what its policies have set',
    target: 'cluster',
    implementation: 'gitops',
    expect: {
      outcome: 'fails',
      action: 'policies',
      object: String.raw`Policy/CLUSTER-policies/[\w-]+`,
      condition: 'Compliant',
      reason: 'NonCompliant',
      message: /violation - .* found but not as specified/,
      limitS: 60 * MINUTE_S,
    },
  },
  'policy-noncompliant': {
    meaning: 'the cluster never becomes as its policies ask',
    target: 'cluster',
    implementation: 'gitops',
    expect: {
      outcome: 'fails',
      object: String.raw`Policy/CLUSTER-policies/[\w-]+`,
      condition: 'Compliant',
      reason: 'NonCompliant',
      message: /is NonCompliant/,
      limitS: 330 * MINUTE_S,
    },
  },
} as const satisfies Readonly<Record<string, FaultRow>>;

function withLine(files: Readonly<Record<string, string>>, path: string, line: string): Readonly<Record<string, string>> {
  return files[path] === undefined ? files : { ...files, [path]: `${files[path].trimEnd()}\n${line}\n` };
}

function refOf({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): KindRef & { readonly namespace: string | undefined; readonly name: string } {
  return { apiVersion, kind, namespace, name };
}
