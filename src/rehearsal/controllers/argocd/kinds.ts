export const APPLICATION = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' } as const;
export const APP_PROJECT = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject' } as const;

/** Where OpenShift GitOps keeps its Argo CD. */
export const ARGO_NAMESPACE = 'openshift-gitops';

export const FIELD_MANAGER = 'argocd-controller';
export const TRACKING_ANNOTATION = 'argocd.argoproj.io/tracking-id';
export const WAVE_ANNOTATION = 'argocd.argoproj.io/sync-wave';
export const REFRESH_ANNOTATION = 'argocd.argoproj.io/refresh';
/** On an Application: what it made is deleted before it is. */
export const CASCADE_FINALIZERS: readonly string[] = [
  'resources-finalizer.argocd.argoproj.io',
  'resources-finalizer.argocd.argoproj.io/background',
  'resources-finalizer.argocd.argoproj.io/foreground',
];
