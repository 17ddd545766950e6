import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SitesCredentials, SitesDoor } from '../hub/gitops/sites-door.ts';
import type { Clock } from '../util/clock.ts';
import { LabwrightError, messageOf } from '../util/errors.ts';
import { CAUSE_HEADER } from '../util/step.ts';
import { fetchCommit, headOf } from './fetch-commit.ts';
import { pushCommit } from './push-commit.ts';
import type { GitDeps } from './git.ts';
import { inTurn } from './in-turn.ts';
import { readCommit } from './read-commit.ts';

export interface SitesDoorDeps extends Omit<GitDeps, 'signal'> {
  readonly clock: Clock;
  /** One bare repository per URL is kept here. */
  readonly dataDir: string;
  /** File with the CA of hosts that name none; a rehearsal's Git host has one of its own. */
  readonly caPath: string | undefined;
}

/** What was read last: a commit never changes, and steps of a job, or jobs that run side by side, want the same. */
let last: { readonly folder: string; readonly revision: string; readonly files: ReadonlyMap<string, string> } | undefined;

/** The door to sites repositories: git, as it is installed here. */
export function createSitesDoor(deps: SitesDoorDeps): SitesDoor {
  const { clock, dataDir } = deps;
  return {
    fetch: (source, cause, signal) =>
      clock.during(
        (async () => {
          const git: GitDeps = { ...deps, headers: { ...deps.headers, [CAUSE_HEADER]: cause }, signal };
          const remote = { url: source.url, access: { ...source.access, caPath: source.access.caPath ?? deps.caPath } };
          const folder = join(dataDir, `${createHash('sha256').update(source.url).digest('hex').slice(0, 16)}.git`);
          const revision = source.revision ?? (await headOf(git, remote, source.branch));
          // Jobs that run side by side may want one repository; git locks its files and does not wait.
          const files = await inTurn(folder, async () => {
            const known = last?.folder === folder && last.revision === revision ? last.files : undefined;
            if (known) return known;
            await fetchCommit(git, remote, folder, revision, source.branch);
            const read = await readCommit(git, folder, revision);
            last = { folder, revision, files: read };
            return read;
          });
          return { revision, files };
        })(),
      ),
    push: (source, target, cause, signal) =>
      clock.during(
        (async () => {
          const git: GitDeps = { ...deps, headers: { ...deps.headers, [CAUSE_HEADER]: cause }, signal };
          const remote = { url: source.url, access: { ...source.access, caPath: source.access.caPath ?? deps.caPath } };
          // Beside the folder of `fetch`, which has commits without their history.
          const folder = join(dataDir, `${createHash('sha256').update(source.url).digest('hex').slice(0, 16)}-history.git`);
          await inTurn(folder, () => pushCommit(git, { remote, folder, source }, target));
        })(),
      ),
    async credentials({ access }): Promise<SitesCredentials> {
      const [password, sshPrivateKey, knownHosts, ca] = await clock.during(
        Promise.all([access.passwordPath, access.keyPath, access.knownHostsPath, access.caPath ?? deps.caPath].map(contentOf)),
      );
      return { username: access.username, password: password?.trim(), sshPrivateKey, knownHosts, ca };
    },
  };
}

async function contentOf(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new LabwrightError('bad_input', `${path} cannot be read: ${messageOf(cause)}`, {
      cause,
      hint: 'see the paths in sites_repo: they are of the agent’s machine',
    });
  }
}
