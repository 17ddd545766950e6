import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { renderKustomization } from '../../../render/kustomize/render-kustomization.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { fetchCommit, FULL_SHA, headOf } from '../../../sites/fetch-commit.ts';
import { git as runGit } from '../../../sites/git.ts';
import { readCommit } from '../../../sites/read-commit.ts';
import { formatDiagnostic } from '../../../util/diagnostic.ts';
import { isRecord } from '../../../util/is-record.ts';
import { messageOf } from '../../../util/errors.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { Source, SourceKustomize } from './application.ts';
import { repositoryAccess } from './repository-access.ts';

/** What Git asks for at one revision, or why that is not known, in the words of Argo CD's repo server. */
export type TargetState = { readonly revision: string; readonly objects: readonly KubeObject[] } | { readonly error: string };

export interface RepoServer {
  readonly targetState: (source: Source, signal: AbortSignal) => Promise<TargetState>;
  /** The commit before one that was fetched. */
  readonly parentOf: (url: string, revision: string, signal: AbortSignal) => Promise<string>;
}

const KUSTOMIZATION = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Argo CD's repo server: clones with what the hub knows of a repository, and builds with our part of kustomize. Commits are kept. */
export function createRepoServer({ kube, git }: Pick<HubDeps, 'kube'> & { readonly git: NonNullable<HubDeps['git']> }): RepoServer {
  const commits = new Map<string, ReadonlyMap<string, string>>();

  const bareOf = async (url: string): Promise<string> => join(await git.folder(), `${createHash('sha256').update(url).digest('hex').slice(0, 16)}.git`);
  const commitOf = async (url: string, target: string, signal: AbortSignal): Promise<{ revision: string; files: ReadonlyMap<string, string> }> => {
    const known = commits.get(`${url} ${target}`);
    if (known) return { revision: target, files: known };
    const folder = await git.folder();
    const deps = { ...git, signal };
    const remote = { url, access: await repositoryAccess(kube, folder, url, signal) };
    const revision = FULL_SHA.test(target) ? target : await headOf(deps, remote, target === 'HEAD' ? 'main' : target);
    const bare = await bareOf(url);
    let files = commits.get(`${url} ${revision}`);
    if (files === undefined) {
      await fetchCommit(deps, remote, bare, revision, target);
      files = await readCommit(deps, bare, revision);
      commits.set(`${url} ${revision}`, files);
    }
    return { revision, files };
  };

  return {
    async parentOf(url, revision, signal) {
      const { stdout } = await runGit({ ...git, signal }, ['cat-file', 'commit', revision], { cwd: await bareOf(url) });
      return /^parent ([0-9a-f]{40})$/m.exec(stdout)?.[1] ?? '0'.repeat(40);
    },
    async targetState({ repoURL, path = '', targetRevision = 'HEAD', kustomize }, signal) {
      let commit: Awaited<ReturnType<typeof commitOf>>;
      try {
        commit = await commitOf(repoURL, targetRevision, signal);
      } catch (error) {
        signal.throwIfAborted();
        return { error: `Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = ${messageOf(error)}` };
      }
      const built = build(commit.files, path, kustomize);
      if (typeof built !== 'string') return { revision: commit.revision, objects: built };
      return {
        error: `Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = Manifest generation error (cached): ${built}`,
      };
    },
  };
}

/** @returns why it cannot be built. */
function build(files: ReadonlyMap<string, string>, path: string, kustomize: SourceKustomize | undefined): readonly KubeObject[] | string {
  if (![...files.keys()].some((file) => file.startsWith(`${path}/`))) return `${path}: app path does not exist`;
  const { objects, diagnostics } = renderKustomization({ files: kustomize ? withSourceKustomize(files, path, kustomize) : files, path });
  if (objects) return objects;
  const errors = diagnostics.filter(({ severity }) => severity === 'error').map((one) => formatDiagnostic(one, () => undefined).replaceAll('\n', ' '));
  return `\`kustomize build ${path} --enable-alpha-plugins\` failed exit status 1: Error: ${errors.join('; ')}`;
}

/** As the repo server does with `kustomize edit`: what the Application says is added to the kustomization of the folder. */
function withSourceKustomize(files: ReadonlyMap<string, string>, path: string, kustomize: SourceKustomize): ReadonlyMap<string, string> {
  const name = KUSTOMIZATION.map((one) => `${path}/${one}`).find((one) => files.has(one));
  const value: unknown = name === undefined ? undefined : parse(files.get(name)!);
  if (name === undefined || !isRecord(value)) return files;
  const { patches = [], namespace, commonLabels, commonAnnotations } = kustomize;
  const edited = {
    ...value,
    ...(namespace !== undefined && { namespace }),
    ...(commonLabels && { commonLabels: { ...(value['commonLabels'] as object | undefined), ...commonLabels } }),
    ...(commonAnnotations && { commonAnnotations: { ...(value['commonAnnotations'] as object | undefined), ...commonAnnotations } }),
    patches: [...((value['patches'] as readonly unknown[] | undefined) ?? []), ...patches],
  };
  return new Map([...files, [name, stringify(edited, { version: '1.1', aliasDuplicateObjects: false })]]);
}
