import { mkdir, writeFile } from 'node:fs/promises';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { followCommits } from '../../src/cli/house/follow-commits.ts';
import type { Client } from '../../src/client/create-client.ts';
import { readPipeline } from '../../src/pipeline/read-pipeline.ts';
import { createAuthority } from '../../src/rehearsal/api/access/certificate-authority.ts';
import { noTraffic } from '../../src/rehearsal/clock/traffic.ts';
import { makeRepository } from '../../src/rehearsal/git/make-repository.ts';
import { serveGit } from '../../src/rehearsal/git/serve-git.ts';
import { readCatalogue } from '../../src/server/bootstrap/read-catalogue.ts';
import { ensureLab } from '../../src/server/bootstrap/ensure-bootstrap.ts';
import { COMMITS_HOOK_PATH } from '../../src/server/commits/receive-hook.ts';
import { git, gitRemote, type GitDeps } from '../../src/sites/git.ts';
import { localExec } from '../../src/util/exec.ts';
import { createLog } from '../../src/util/log.ts';
import { newUuid } from '../../src/util/ids.ts';
import { testLab } from '../hub/test-lab.ts';
import type { TestServer } from '../server/test-server.ts';

const URL = 'https://git.test.lab/sites.git';

export interface FollowedLab {
  readonly client: Client;
  /** Registers an agent of the lab. @returns its id. */
  register(): Promise<string>;
  /** Pushes a commit. @returns its SHA. */
  push(text: string): Promise<string>;
  /** What the Git host sends then. @returns the HTTP status. */
  hook(secret?: string): Promise<number>;
  /** Follows the branch until it is stopped. */
  follow(options: { readonly everyMs: number; readonly onSeen?: (revision: string) => void }): { readonly stop: () => Promise<void> };
  close(): Promise<void>;
}

/** A control server's lab whose pipeline follows a repository on a Git host of its own, in a folder that is there. */
export async function followedLab({ server, newLab }: TestServer, folder: string): Promise<FollowedLab> {
  const closing = new AbortController();
  const authority = await createAuthority('test Git CA', Date.now());
  const caPath = join(folder, 'ca.pem');
  await writeFile(caPath, authority.ca);
  await mkdir(join(folder, 'host'));
  await makeRepository(localExec, join(folder, 'host'), 'sites.git', { 'sno1/sites/kustomization.yaml': 'resources: []\n' }, closing.signal);
  const tls = await authority.server('git.test.lab');
  const host = await serveGit({ traffic: noTraffic, tls, folder: join(folder, 'host'), onPush: () => undefined });
  const deps: GitDeps = { exec: localExec, dial: async () => ({ host: '127.0.0.1', port: host.port }), headers: {}, simulated: true, signal: closing.signal };
  const access = { username: undefined, passwordPath: undefined, keyPath: undefined, knownHostsPath: undefined, caPath };
  const remote = { url: URL, access };
  const work = join(folder, 'work');
  await gitRemote(deps, remote, ['clone', '--quiet', URL, work]);
  const client = await newLab('test');
  const { teamId } = await ensureLab(server.deps, { name: 'test', team: 'labs' });
  const path = join(folder, 'daily.yml');
  const text = `- {name: sno1-install, stage: spoke, topic: OCP-4.18, components: [ocp], action: install, cluster: sno1, implementation: gitops, sites_repo: {url: '${URL}', ca_path: '${caPath}'}}\n`;
  const { jobs } = readPipeline([{ path, text }], [], () => true);
  return {
    client,
    async register() {
      return (await client.registerAgent({ body: { lab: 'test', instance: newUuid(), version: '0' } })).agentId;
    },
    async push(line) {
      await writeFile(join(work, 'note'), `${line}\n`);
      await git(deps, ['add', '.'], { cwd: work });
      await git(deps, ['-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '--quiet', '-m', line], { cwd: work });
      await gitRemote(deps, remote, ['push', '--quiet', 'origin', 'main'], work);
      return (await git(deps, ['rev-parse', 'HEAD'], { cwd: work })).stdout.trim();
    },
    async hook(secret = server.deps.hookSecret) {
      const body = '{"ref":"refs/heads/main"}';
      const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
      return (await fetch(`${server.url}${COMMITS_HOOK_PATH}`, { method: 'POST', body, headers: { 'x-hub-signature-256': signature } })).status;
    },
    follow({ everyMs, onSeen }) {
      const stop = new AbortController();
      const done = followCommits(
        { server: server.deps, client, git: deps, catalogue: () => readCatalogue(server.deps), log: createLog('test', '/dev/null'), ...(onSeen && { onSeen }) },
        { name: 'daily', jobdefs: jobs, plan: testLab, teamId, everyMs },
        stop.signal,
      );
      return {
        async stop() {
          stop.abort(new Error('the test is over'));
          await done;
        },
      };
    },
    async close() {
      closing.abort(new Error('over'));
      await host.close();
    },
  };
}
