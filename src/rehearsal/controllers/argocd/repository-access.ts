import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeClient } from '../../../kube/kube-client.ts';
import type { SitesAccess } from '../../../hub/gitops/sites-door.ts';
import { ARGO_NAMESPACE } from './kinds.ts';

const REPOSITORY_SELECTOR = 'argocd.argoproj.io/secret-type=repository';

/** What Argo CD knows of a repository: its Secret, the known hosts, and the CA of its host; as files of mode 0600. */
export async function repositoryAccess(kube: KubeClient, folder: string, url: string, signal: AbortSignal): Promise<SitesAccess> {
  const { items } = await kube.list({ apiVersion: 'v1', kind: 'Secret', namespace: ARGO_NAMESPACE, labelSelector: REPOSITORY_SELECTOR }, signal);
  const secrets = items.map((item) => decoded(item['data'])).filter((data) => normalized(data['url'] ?? '') === normalized(url));
  const secret = secrets[0] ?? {};
  const id = createHash('sha256').update(url).digest('hex').slice(0, 16);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = async (name: string, content: string | undefined): Promise<string | undefined> => {
    if (content === undefined) return undefined;
    const path = join(folder, `${id}-${name}`);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  return {
    username: secret['username'],
    passwordPath: await file('password', secret['password']),
    keyPath: await file('key', secret['sshPrivateKey']),
    knownHostsPath: await file('known-hosts', await configMapKey(kube, 'argocd-ssh-known-hosts-cm', 'ssh_known_hosts', signal)),
    caPath: url.startsWith('https://') ? await file('ca', await configMapKey(kube, 'argocd-tls-certs-cm', new URL(url).hostname, signal)) : undefined,
  };
}

async function configMapKey(kube: KubeClient, name: string, key: string, signal: AbortSignal): Promise<string | undefined> {
  const object = await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: ARGO_NAMESPACE, name }, signal);
  return ((object?.['data'] ?? {}) as Readonly<Record<string, string>>)[key];
}

function decoded(data: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries((data ?? {}) as Record<string, string>).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

/** Argo CD takes two spellings of a URL for one repository. */
function normalized(url: string): string {
  return url
    .toLowerCase()
    .replace(/\/$/, '')
    .replace(/\.git$/, '');
}
