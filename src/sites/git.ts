import type { SitesAccess } from '../hub/gitops/sites-door.ts';
import { endpointOf, type Dial } from '../util/dial.ts';
import { isLabwrightError } from '../util/errors.ts';
import type { Exec, ExecResult } from '../util/exec.ts';
import { gitFailure } from './git-failure.ts';
import { type Remote, sshCommand } from './remote.ts';

/** What git needs to reach repositories. */
export interface GitDeps {
  readonly exec: Exec;
  readonly dial: Dial;
  /** Sent with each HTTP request; only servers of a rehearsal read them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Nothing that is configured on this machine may lead out of a rehearsal. */
  readonly simulated: boolean;
  readonly signal: AbortSignal;
}

/** More than any fetch of a sites repository takes; a host that answers nothing must not hold a job for ever. */
const TIMEOUT_MS = 120_000;

/**
 * Runs git against a remote repository, without prompts. Passwords and keys stay in their files.
 *
 * @throws LabwrightError that names the repository, says what is wrong in git's words, and how to test it by hand.
 */
export async function gitRemote(deps: GitDeps, remote: Remote, args: readonly string[], cwd?: string): Promise<ExecResult> {
  const config = await remoteConfig(deps, remote);
  try {
    return await git(deps, [...config.flatMap((one) => ['-c', one]), ...args], {
      ...(cwd !== undefined && { cwd }),
      env: remoteEnv(remote.access),
      timeoutMs: TIMEOUT_MS,
    });
  } catch (error) {
    deps.signal.throwIfAborted();
    throw isLabwrightError(error) ? gitFailure(remote, error) : error;
  }
}

/** Runs git on what is here. */
export function git(
  { exec, simulated, signal }: Pick<GitDeps, 'exec' | 'simulated' | 'signal'>,
  args: readonly string[],
  options: Parameters<Exec>[1] = {},
): Promise<ExecResult> {
  const isolated = simulated ? { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' } : {};
  return exec(['git', ...args], { ...options, signal, env: { LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', ...isolated, ...options.env } });
}

async function remoteConfig({ dial, headers, simulated }: GitDeps, remote: Remote): Promise<string[]> {
  const { url, access } = remote;
  const config = Object.entries(headers).map(([name, value]) => `http.extraHeader=${name}: ${value}`);
  // Of all helpers only ours: it reads the password from its file, so that no argument holds it.
  if (access.passwordPath !== undefined) config.push('credential.helper=', `credential.helper=${HELPER}`);
  if (simulated) config.push('http.proxy=');
  if (!url.startsWith('https://')) return config;
  const { host, port } = endpointOf(new URL(url));
  const dialled = await dial({ host, port });
  if (dialled === undefined) throw gitFailure(remote, new Error(`Failed to connect to ${host} port ${port}: Connection refused`));
  if (dialled.host === host && dialled.port === port) return config;
  // The name stays, for TLS; only where it leads to changes.
  const { origin } = new URL(url);
  config.push(`url.https://${host}:${dialled.port}/.insteadOf=${origin}/`, `http.curloptResolve=${host}:${dialled.port}:${dialled.host}`);
  return config;
}

const HELPER = `!f() { test "$1" = get && printf 'username=%s\\npassword=%s\\n' "$LABWRIGHT_GIT_USERNAME" "$(cat "$LABWRIGHT_GIT_PASSWORD_FILE")"; }; f`;

function remoteEnv(access: SitesAccess): Record<string, string> {
  return {
    GIT_SSH_COMMAND: sshCommand(access),
    // The variable wins over http.sslCAInfo, and may be set where we run.
    ...(access.caPath !== undefined && { GIT_SSL_CAINFO: access.caPath }),
    ...(access.passwordPath !== undefined && { LABWRIGHT_GIT_PASSWORD_FILE: access.passwordPath, LABWRIGHT_GIT_USERNAME: access.username ?? 'git' }),
  };
}
