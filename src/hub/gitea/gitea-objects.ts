import type { KubeObject, KindRef } from '../../kube/objects.ts';
import { NAMESPACE } from '../kinds.ts';

export const GITEA = 'gitea';
/** Holds the administrator's name and password, and what Gitea signs with. Made once, by us: a new one would lose what is there. */
export const GITEA_SECRETS = 'gitea-secrets';
export const ADMINISTRATOR = 'labwright';

export const DEPLOYMENT: KindRef = { apiVersion: 'apps/v1', kind: 'Deployment' };
export const ROUTE: KindRef = { apiVersion: 'route.openshift.io/v1', kind: 'Route' };

const PORT = 3000;
const DATA = '/var/lib/gitea';
const CONFIG = '/etc/gitea';
const LABELS = { 'app.kubernetes.io/name': GITEA, 'app.kubernetes.io/managed-by': 'labwright' };
const SELECTOR = { 'app.kubernetes.io/name': GITEA };
const metadata = (name: string): { readonly name: string; readonly namespace: string; readonly labels: Readonly<Record<string, string>> } => ({
  name,
  namespace: GITEA,
  labels: LABELS,
});

/** What Gitea stands on, and the way to it. Its image runs as user 1000, which OpenShift permits by the SCC anyuid alone (reference/ztp.md §4.6). */
export function giteaGround(storageGiB: number): readonly KubeObject[] {
  return [
    { ...NAMESPACE, metadata: { name: GITEA, labels: LABELS } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(GITEA) },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: metadata('gitea-anyuid'),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:openshift:scc:anyuid' },
      subjects: [{ kind: 'ServiceAccount', name: GITEA, namespace: GITEA }],
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: metadata('gitea-data'),
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: `${storageGiB}Gi` } } },
    },
    { apiVersion: 'v1', kind: 'Service', metadata: metadata(GITEA), spec: { selector: SELECTOR, ports: [{ name: 'http', port: PORT, targetPort: PORT }] } },
    {
      ...ROUTE,
      metadata: metadata(GITEA),
      spec: {
        to: { kind: 'Service', name: GITEA },
        port: { targetPort: 'http' },
        tls: { termination: 'edge', insecureEdgeTerminationPolicy: 'Redirect' },
      },
    },
  ];
}

/**
 * Gitea itself, with SQLite on its volume. Variables `GITEA__SECTION__KEY` are what its image makes its configuration of.
 *
 * The administrator is made before it starts, by its own program; the password gets there by a variable and stays inside the pod.
 */
export function giteaDeployment(image: string, host: string): KubeObject {
  const plain: Readonly<Record<string, string>> = {
    GITEA__database__DB_TYPE: 'sqlite3',
    GITEA__database__PATH: `${DATA}/gitea.db`,
    GITEA__server__ROOT_URL: `https://${host}/`,
    GITEA__server__HTTP_PORT: String(PORT),
    GITEA__server__DISABLE_SSH: 'true',
    GITEA__server__OFFLINE_MODE: 'true',
    GITEA__security__INSTALL_LOCK: 'true',
    GITEA__service__DISABLE_REGISTRATION: 'true',
    GITEA__service__REQUIRE_SIGNIN_VIEW: 'true',
    GITEA__actions__ENABLED: 'false',
  };
  const secret = (name: string, key: string): object => ({ name, valueFrom: { secretKeyRef: { name: GITEA_SECRETS, key } } });
  const env = [
    ...Object.entries(plain).map(([name, value]) => ({ name, value })),
    secret('GITEA__security__SECRET_KEY', 'secret-key'),
    secret('GITEA__security__INTERNAL_TOKEN', 'internal-token'),
  ];
  const container = {
    image,
    securityContext: { runAsUser: 1000, runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: 'data', mountPath: DATA },
      { name: 'config', mountPath: CONFIG },
    ],
  };
  const administrator = {
    ...container,
    name: 'administrator',
    // The image's own entry point has written the configuration when these run.
    args: ['sh', '-c', MAKE_ADMINISTRATOR],
    env: [...env, secret('GITEA_ADMIN_USERNAME', 'username'), secret('GITEA_ADMIN_PASSWORD', 'password')],
  };
  const server = {
    ...container,
    name: GITEA,
    env,
    ports: [{ name: 'http', containerPort: PORT }],
    readinessProbe: { httpGet: { path: '/api/healthz', port: PORT }, periodSeconds: 10 },
  };
  const pod = {
    serviceAccountName: GITEA,
    securityContext: { fsGroup: 1000 },
    initContainers: [administrator],
    containers: [server],
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: 'gitea-data' } },
      { name: 'config', emptyDir: {} },
    ],
  };
  return {
    ...DEPLOYMENT,
    metadata: metadata(GITEA),
    // Two at once would write one database.
    spec: { replicas: 1, strategy: { type: 'Recreate' }, selector: { matchLabels: SELECTOR }, template: { metadata: { labels: LABELS }, spec: pod } },
  };
}

const MAKE_ADMINISTRATOR = `set -e
gitea -c "$GITEA_APP_INI" migrate
gitea -c "$GITEA_APP_INI" admin user list | grep -qw "$GITEA_ADMIN_USERNAME" ||
  gitea -c "$GITEA_APP_INI" admin user create --admin --must-change-password=false \\
    --username "$GITEA_ADMIN_USERNAME" --password "$GITEA_ADMIN_PASSWORD" --email "$GITEA_ADMIN_USERNAME@gitea.invalid"`;
