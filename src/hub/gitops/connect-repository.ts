import { createHash } from 'node:crypto';
import type { KubeObject } from '../../kube/objects.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { argoCredentials, argoRepositoryUrl } from '../gitea/push-sites.ts';
import { applyObject, openHub, type Hub } from '../hub.ts';
import { CONFIG_MAP, FIELD_MANAGER, refTo, SECRET } from '../kinds.ts';
import { ARGO_NAMESPACE, KNOWN_HOSTS_CONFIG_MAP, REPOSITORY_LABEL, TLS_CERTS_CONFIG_MAP } from './kinds.ts';
import { sourceOf } from './open-site.ts';
import type { SitesCredentials } from './sites-door.ts';

/**
 * Argo CD can open the repository: its credentials in a Secret named after its URL, so that repositories do not replace each
 * other, and its host's key or CA added to those that are there (reference/ztp.md §1.5, 6).
 */
export function connectRepository(input: ActionInput): Step<ActionDeps> {
  return {
    id: 'connect-repository',
    title: 'Let Argo CD read the repository',
    limitMs: 5 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      const url = argoRepositoryUrl(input, context.memory);
      const credentials = (await argoCredentials(hub.kube, context)) ?? (await deps.sites.credentials(sourceOf(input)));
      await applyObject(hub, repositorySecret(url, credentials));
      if (credentials.ca !== undefined && url.startsWith('https://')) {
        const data = { [new URL(url).hostname]: credentials.ca };
        await addTo(hub, TLS_CERTS_CONFIG_MAP, () => data);
      }
      const { knownHosts } = credentials;
      if (knownHosts !== undefined)
        await addTo(hub, KNOWN_HOSTS_CONFIG_MAP, (data) => ({ ssh_known_hosts: withLines(data['ssh_known_hosts'] ?? '', knownHosts) }));
    },
  };
}

function repositorySecret(url: string, { username, password, sshPrivateKey }: SitesCredentials): KubeObject {
  const content = { type: 'git', url, username, password, sshPrivateKey };
  const data = Object.entries(content).flatMap(([key, value]) => (value === undefined ? [] : [[key, Buffer.from(value).toString('base64')]]));
  return {
    ...SECRET,
    metadata: {
      name: `labwright-repo-${createHash('sha256').update(url).digest('hex').slice(0, 12)}`,
      namespace: ARGO_NAMESPACE,
      labels: { [REPOSITORY_LABEL]: 'repository' },
    },
    type: 'Opaque',
    data: Object.fromEntries(data) as Record<string, string>,
  };
}

/** Adds keys to a ConfigMap that others write too. */
async function addTo(hub: Hub, name: string, change: (data: Readonly<Record<string, string>>) => Readonly<Record<string, string>>): Promise<void> {
  const ref = refTo(CONFIG_MAP, name, ARGO_NAMESPACE);
  const { kube, context } = hub;
  const found = await kube.get(ref, context.signal);
  const data = change((found?.['data'] ?? {}) as Readonly<Record<string, string>>);
  if (found) await kube.patch(ref, { data }, { type: 'merge', fieldManager: FIELD_MANAGER }, context.signal);
  else await applyObject(hub, { ...CONFIG_MAP, metadata: { name, namespace: ARGO_NAMESPACE, labels: { 'app.kubernetes.io/part-of': 'argocd' } }, data });
}

function withLines(before: string, added: string): string {
  const known = new Set(before.split('\n'));
  const missing = added.split('\n').filter((line) => line !== '' && !known.has(line));
  return missing.length === 0 ? before : `${before === '' || before.endsWith('\n') ? before : `${before}\n`}${missing.join('\n')}\n`;
}
