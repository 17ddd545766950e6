import type { KubeClient } from '../../kube/kube-client.ts';
import { objectPath } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import { CONFIG_MAP, refTo, SECRET } from '../kinds.ts';
import { valueAt } from '../read-object.ts';
import { GITEA, GITEA_SECRETS, ROUTE } from './gitea-objects.ts';

/** How a hub's Gitea is reached. */
export interface GiteaAccess {
  /** `gitea-gitea.apps.hub1.our.lab`. */
  readonly host: string;
  readonly username: string;
  readonly password: string;
  /** PEM of the CA that the hub's routes are from. */
  readonly ca: string | undefined;
}

/** @throws StepFailed that says what of Gitea is not on the hub. */
export async function giteaAccess(kube: KubeClient, signal: AbortSignal): Promise<GiteaAccess> {
  const host = await routeHost(kube, signal);
  const missing = host === undefined ? refTo(ROUTE, GITEA, GITEA) : refTo(SECRET, GITEA_SECRETS, GITEA);
  const secret = await kube.get(refTo(SECRET, GITEA_SECRETS, GITEA), signal);
  if (host === undefined || secret === undefined) {
    const on = { object: objectPath(missing), condition: 'Exists', reason: 'NotFound', message: 'Gitea is not set up on this hub' };
    throw new StepFailed('refused', on, { hint: 'run a job with action: prepare for this hub' });
  }
  return { host, username: secretValue(secret, 'username'), password: secretValue(secret, 'password'), ca: await ingressCa(kube, signal) };
}

/** The host that the hub's router has taken for Gitea; undefined before. */
export async function routeHost(kube: KubeClient, signal: AbortSignal): Promise<string | undefined> {
  const ingress = (valueAt(await kube.get(refTo(ROUTE, GITEA, GITEA), signal), 'status', 'ingress') ?? []) as readonly Ingress[];
  return ingress.find(({ conditions }) => conditions?.some(({ type, status }) => type === 'Admitted' && status === 'True'))?.host;
}

interface Ingress {
  readonly host?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

/** Where OpenShift publishes the CA of its routes, for every client to read. */
export async function ingressCa(kube: KubeClient, signal: AbortSignal): Promise<string | undefined> {
  const map = await kube.get(refTo(CONFIG_MAP, 'default-ingress-cert', 'openshift-config-managed'), signal);
  return ((map?.['data'] ?? {}) as Readonly<Record<string, string>>)['ca-bundle.crt'];
}

export function secretValue(secret: { readonly [key: string]: unknown }, key: string): string {
  return Buffer.from(((secret['data'] ?? {}) as Readonly<Record<string, string>>)[key] ?? '', 'base64').toString();
}
