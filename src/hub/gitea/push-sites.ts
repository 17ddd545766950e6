import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isLabwrightError, messageOf } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Memory, Step, StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { SITES_REVISION, sourceOf } from '../gitops/open-site.ts';
import { objectAt, setUp } from '../hub-preparation/set-up.ts';
import type { SitesCredentials } from '../gitops/sites-door.ts';
import { openHub } from '../hub.ts';
import { refTo, SECRET } from '../kinds.ts';
import { giteaAccess, secretValue, type GiteaAccess } from './gitea-access.ts';
import { askGitea, textOf, type GiteaAnswer } from './gitea-client.ts';
import { GITEA } from './gitea-objects.ts';

/** What Argo CD reads with, and its Secret. */
const TOKEN = 'argocd';
const TOKEN_SECRET = 'gitea-argocd-token';
const KEY = 'argoRepository';

/** The organisation. Its name is another than the administrator's: Gitea has one namespace for both. */
const OWNER = 'labwright-sites';

/** Of a disconnected job on a hub with Gitea: its commit is there, where Argo CD gets it. None for another job. */
export function pushSites(input: ActionInput): readonly Step<ActionDeps>[] {
  if (!usesGitea(input)) return [];
  return [
    {
      id: 'push-sites',
      title: `Bring the commit to ${input.cluster.hub ?? 'the hub'}`,
      limitMs: 15 * 60_000,
      async run(deps, context): Promise<Memory> {
        const { kube } = openHub(input, deps, context);
        const access = await giteaAccess(kube, context.signal);
        const repository = repositoryName(sourceOf(input).url);
        const api = (method: string, path: string, content?: object): Promise<GiteaAnswer> =>
          askGitea({ clock: deps.clock, dial: deps.dial, cause: context.stepId }, access, method, path, content, context.signal);
        await refusedBy(access, context, async () => {
          await ensure(api, `/orgs/${OWNER}`, '/orgs', { username: OWNER, visibility: 'private' });
          const content = { name: repository, private: true, default_branch: sourceOf(input).branch, auto_init: false };
          await ensure(api, `/repos/${OWNER}/${repository}`, `/orgs/${OWNER}/repos`, content);
          await ensureToken(api, kube, access, context);
        });
        const url = `https://${access.host}/${OWNER}/${repository}.git`;
        await push(input, deps, context, { access, url });
        context.log(`${url} has the commit`);
        return { [KEY]: url };
      },
    },
  ];
}

/** Where Argo CD gets the commit from: the hub's own Gitea, when it was brought there. */
export function argoRepositoryUrl(input: ActionInput, memory: Memory): string {
  const known = memory[KEY];
  return typeof known === 'string' ? known : sourceOf(input).url;
}

/** What Argo CD opens it with; undefined when the repository is the job's own. */
export async function argoCredentials(kube: KubeClient, { memory, signal }: StepContext): Promise<SitesCredentials | undefined> {
  if (memory[KEY] === undefined) return undefined;
  const { username, ca } = await giteaAccess(kube, signal);
  const secret = await kube.get(refTo(SECRET, TOKEN_SECRET, GITEA), signal);
  return { username, password: secret && secretValue(secret, 'token'), sshPrivateKey: undefined, knownHosts: undefined, ca };
}

export function usesGitea({ mirror, plan, cluster, sites }: ActionInput): boolean {
  return mirror !== undefined && sites !== undefined && plan.clusters.find(({ name }) => name === cluster.hub)?.gitea !== undefined;
}

type Api = (method: string, path: string, content?: object) => Promise<GiteaAnswer>;

async function ensure(api: Api, path: string, collection: string, content: object): Promise<void> {
  const found = await api('GET', path);
  if (found.status === 200) return;
  expected(found, [404], `GET ${path}`);
  // 409 and 422: another job made it meanwhile.
  expected(await api('POST', collection, content), [201, 409, 422], `POST ${collection}`);
}

/** Gitea shows a token once, when it is made: without its Secret it is made anew. */
async function ensureToken(api: Api, kube: KubeClient, { username }: GiteaAccess, context: StepContext): Promise<void> {
  const ref = refTo(SECRET, TOKEN_SECRET, GITEA);
  if ((await kube.get(ref, context.signal)) !== undefined) return;
  const path = `/users/${username}/tokens`;
  expected(await api('DELETE', `${path}/${TOKEN}`), [204, 404], `DELETE ${path}/${TOKEN}`);
  const made = await api('POST', path, { name: TOKEN, scopes: ['read:repository'] });
  expected(made, [201], `POST ${path}`);
  const token = Buffer.from(textOf(made.body, 'sha1')).toString('base64');
  await setUp(kube, { ...objectAt(ref), type: 'Opaque', data: { token } }, context);
}

async function push(
  input: ActionInput,
  deps: ActionDeps,
  context: StepContext,
  { access, url }: { readonly access: GiteaAccess; readonly url: string },
): Promise<void> {
  const source = sourceOf(input);
  const passwordPath = join(deps.workDir, 'gitea-password');
  const caPath = access.ca === undefined ? undefined : join(deps.workDir, 'gitea-ca.pem');
  await deps.clock.during(writeFile(passwordPath, access.password, { mode: 0o600 }));
  if (caPath !== undefined) await deps.clock.during(writeFile(caPath, access.ca!));
  try {
    const target = { url, access: { username: access.username, passwordPath, caPath, keyPath: undefined, knownHostsPath: undefined } };
    await deps.sites.push({ ...source, revision: context.memory[SITES_REVISION] as string }, target, context.stepId, context.signal);
  } catch (error) {
    if (!isLabwrightError(error) || context.signal.aborted) throw error;
    const on = { object: url, condition: 'Pushed', reason: error.code, message: messageOf(error) };
    throw new StepFailed(error.code === 'unreachable' ? 'unreachable' : 'refused', on, { cause: error, ...(error.hint !== undefined && { hint: error.hint }) });
  } finally {
    await deps.clock.during(rm(passwordPath, { force: true }));
  }
}

function expected({ status, body }: GiteaAnswer, statuses: readonly number[], request: string): void {
  if (statuses.includes(status)) return;
  const message = typeof body['message'] === 'string' ? `: ${body['message']}` : '';
  throw Object.assign(new Error(`${request} is answered with ${status}${message}`), { status });
}

async function refusedBy({ host }: GiteaAccess, { signal }: StepContext, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (signal.aborted || error instanceof StepFailed) throw error;
    const on = { object: `https://${host}`, condition: 'Ready', reason: isLabwrightError(error) ? error.code : 'Refused', message: messageOf(error) };
    throw new StepFailed(isLabwrightError(error) && error.code === 'unreachable' ? 'unreachable' : 'refused', on, {
      cause: error,
      hint: `see its log: oc -n ${GITEA} logs deployment/${GITEA}; its login is in Secret gitea-secrets`,
    });
  }
}

/** `https://git.our.lab/team/sites.git` → `sites`. */
function repositoryName(url: string): string {
  return url
    .replace(/\/$/, '')
    .replace(/\.git$/, '')
    .split(/[/:]/)
    .at(-1)!
    .replaceAll(/[^\w.-]/g, '-');
}
