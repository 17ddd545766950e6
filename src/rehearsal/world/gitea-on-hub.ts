import type { HubDeps } from '../controllers/hub-deps.ts';
import type { Certificate } from '../api/access/certificate-authority.ts';
import type { GitHost } from '../git/serve-git.ts';
import { serveGitea } from '../git/serve-gitea.ts';
import { lazyFolder } from './lazy-folder.ts';
import type { WorldDeps } from './world-deps.ts';

/** What plays the Gitea of a hub, from the moment that its Deployment is available. */
export function giteaOnHub(
  world: Pick<WorldDeps, 'traffic' | 'dial' | 'mutated' | 'clock'>,
  hub: string,
  certificate: (host: string) => Promise<Certificate>,
): { readonly play: NonNullable<HubDeps['router']>['playGitea']; readonly close: () => Promise<void> } {
  const folder = lazyFolder('labwright-gitea-');
  const running = new Map<string, GitHost>();
  return {
    async play({ host, username, password }) {
      if (running.has(host)) return;
      const onChange: Parameters<typeof serveGitea>[0]['onChange'] = (change) =>
        world.mutated({ ...change, atMs: world.clock.now(), server: `${hub}/gitea`, version: null });
      const gitea = await serveGitea({ traffic: world.traffic, tls: await certificate(host), folder: await folder.path(), username, password, onChange });
      running.set(host, gitea);
      world.dial.set({ host, port: 443 }, { host: '127.0.0.1', port: gitea.port });
    },
    async close() {
      for (const [host, gitea] of running) {
        world.dial.remove({ host, port: 443 });
        await gitea.close();
      }
      await folder.remove();
    },
  };
}
