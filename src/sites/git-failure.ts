import { isLabwrightError, LabwrightError, messageOf, type ErrorCode } from '../util/errors.ts';
import { shellWord } from '../util/shell-word.ts';
import { type Remote, sshCommand } from './remote.ts';

interface Kind {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly what: string;
  readonly hint?: string;
}

/** What git 2.39 to 2.47, curl and OpenSSH say, and what it means. The first that fits. */
const KINDS: readonly Kind[] = [
  {
    pattern: /host key verification failed/i,
    code: 'unauthorized',
    what: 'shows a host key that known_hosts does not have',
    hint: 'add its key, once compared, to the file of known_hosts_path: ssh-keyscan HOST',
  },
  { pattern: /permission denied \(/i, code: 'unauthorized', what: 'does not take the key', hint: 'give the file of key_path read access to the repository' },
  {
    pattern: /ssl certificate problem|certificate verif|server certificate|unable to get local issuer/i,
    code: 'refused',
    what: 'has a certificate of no known authority',
    hint: 'name its CA with ca_path',
  },
  {
    pattern: /authentication failed|could not read (?:username|password)|returned error: 401|http basic: access denied/i,
    code: 'unauthorized',
    what: 'does not take the credentials',
    hint: 'see username and password_path',
  },
  { pattern: /returned error: 403/i, code: 'forbidden', what: 'lets these credentials not read it' },
  { pattern: /couldn't find remote ref|remote branch .* not found/i, code: 'not_found', what: 'has no such branch', hint: 'see branch' },
  { pattern: /not our ref|unadvertised object/i, code: 'not_found', what: 'has no such commit', hint: 'was the branch rewritten since?' },
  { pattern: /repository .*not found|does not appear to be a git repository|returned error: 404/i, code: 'not_found', what: 'is not there' },
  {
    pattern:
      /could not resolve|failed to connect|couldn't connect|connection (?:refused|timed out|reset|closed)|no route to host|network is unreachable|timed? ?out|did not end within/i,
    code: 'unreachable',
    what: 'cannot be reached',
  },
];

/** What a failed git says about a repository, with the command that tries the same by hand. */
export function gitFailure(remote: Remote, error: Error): LabwrightError {
  const said = saidBy(error);
  const kind = KINDS.find(({ pattern }) => pattern.test(said));
  // git itself could not be started.
  if (!kind && isLabwrightError(error) && !(isRecordOf(error.cause) && 'exitCode' in error.cause)) return error;
  const hint = `${kind?.hint === undefined ? '' : `${kind.hint}; `}try by hand: ${testByHand(remote)}`;
  return new LabwrightError(kind?.code ?? 'exec_failed', `repository ${remote.url} ${kind?.what ?? 'gives an error'}: ${said}`, { hint, cause: error });
}

/** The same connection, as one types it. */
function testByHand({ url, access }: Remote): string {
  const ssh = url.startsWith('https://') ? '' : `GIT_SSH_COMMAND=${shellWord(sshCommand(access))} `;
  const ca = access.caPath === undefined ? '' : `GIT_SSL_CAINFO=${shellWord(access.caPath)} `;
  return `${ssh}${ca}git ls-remote ${shellWord(url)}`;
}

function saidBy(error: Error): string {
  const result = isRecordOf(error.cause) ? error.cause : {};
  const stderr = typeof result['stderr'] === 'string' ? result['stderr'] : messageOf(error);
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^(?:fatal|error|remote|warning): /, '').trim())
    .filter((line) => line !== '' && !/^please make sure you have|^and the repository exists/i.test(line));
  return lines.slice(-3).join('; ').slice(-400);
}

function isRecordOf(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
