import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '../../util/dial.ts';
import { localExec } from '../../util/exec.ts';
import { createAuthority } from '../api/access/certificate-authority.ts';
import { git } from '../../sites/git.ts';
import { makeRepository } from '../git/make-repository.ts';
import { serveGit, type GitHost } from '../git/serve-git.ts';
import type { WorldDeps } from './world-deps.ts';

export interface WorldGitHost {
  /** PEM of the CA that its certificate is from. */
  readonly ca: string;
  /** The commit that its branch main ends in. */
  head(): Promise<string>;
  close(): Promise<void>;
}

type GitWorld = Pick<WorldDeps, 'clock' | 'traffic' | 'dial' | 'mutated'>;

/** `https://git.<domain>/sites.git` with these files. The repository is made when somebody dials its host the first time. */
export async function createGitHost(world: GitWorld, domain: string, files: Readonly<Record<string, string>>): Promise<WorldGitHost> {
  const host = `git.${domain}`;
  const authority = await createAuthority('labwright rehearsal Git CA', Date.now());
  const stop = new AbortController();
  let folder: string | undefined;
  let running: GitHost | undefined;
  const start = async (): Promise<Endpoint> => {
    folder = await mkdtemp(join(tmpdir(), 'labwright-git-'));
    await makeRepository(localExec, folder, 'sites.git', files, stop.signal);
    running = await serveGit({
      traffic: world.traffic,
      tls: await authority.server(host),
      folder,
      onPush: ({ path, ...push }) => world.mutated({ ...push, atMs: world.clock.now(), server: host, method: 'POST', path, version: null }),
    });
    return { host: '127.0.0.1', port: running.port };
  };
  let starting: Promise<Endpoint> | undefined;
  const started = (): Promise<Endpoint> => (starting ??= start());
  world.dial.set({ host, port: 443 }, started);
  return {
    ca: authority.ca,
    async head() {
      await started();
      const deps = { exec: localExec, simulated: true, signal: stop.signal };
      return (await git(deps, ['rev-parse', 'refs/heads/main'], { cwd: join(folder!, 'sites.git') })).stdout.trim();
    },
    async close() {
      stop.abort(new Error('the world is over'));
      await starting?.catch(() => undefined);
      await running?.close();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
