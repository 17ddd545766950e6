import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SshTarget } from '../../lab/plan.ts';
import { isLabwrightError, LabwrightError } from '../../util/errors.ts';
import { localExec, run, type Exec, type ExecResult } from '../../util/exec.ts';
import { shellWord } from '../../util/shell-word.ts';

/** ssh's own failures, as it words them on stderr beside exit code 255; a remote command may end with 255 too. */
const OWN_FAILURE =
  /^(ssh: |ssh_|Connection |Permission denied|.*Permission denied \(|Host key verification failed|kex_|client_loop|mux_client|Timeout, server|Received disconnect|Bad configuration|.*Too many authentication failures)/m;

/** Never asks, and gives up on a host that does not answer. */
const PATIENCE = ['BatchMode=yes', 'ConnectTimeout=10', 'ServerAliveInterval=10', 'ServerAliveCountMax=3', 'LogLevel=ERROR'].flatMap((option) => [
  '-o',
  option,
]);

/**
 * The door to a host: the system's ssh, one connection shared by all commands of this process (ControlMaster).
 *
 * It never asks: keys and known hosts must be in place. The shared connection ends on dispose, or by itself a minute
 * after a killed process.
 */
export class SshConnection implements AsyncDisposable {
  readonly #name: string;
  readonly #target: SshTarget;
  #sockets: Promise<string> | undefined;

  readonly #newHostKeys: 'refuse' | 'accept';

  /** `newHostKeys: 'accept'`: of a host that was made a while ago and nobody has greeted yet; a key that changed is refused all the same. */
  constructor(name: string, target: SshTarget, { newHostKeys = 'refuse' }: { readonly newHostKeys?: 'refuse' | 'accept' } = {}) {
    this.#name = name;
    this.#target = target;
    this.#newHostKeys = newHostKeys;
  }

  /** Runs a command there, as root. Throws what `run` throws, and `unreachable` when ssh itself fails. */
  readonly exec: Exec = async (command, options = {}) => {
    // The path of a Unix socket holds some 100 characters: a short folder, and ssh's hash of host, port and user.
    this.#sockets ??= mkdtemp(join(tmpdir(), 'lwssh-'));
    return this.#run(['-o', 'ControlMaster=auto', '-o', 'ControlPersist=60', '-o', `ControlPath=${await this.#sockets}/%C`], command, options);
  };

  /** The same over a connection of its own: that it opens is the proof that the host can still be reached. */
  readonly freshExec: Exec = (command, options = {}) => this.#run(['-o', 'ControlMaster=no', '-o', 'ControlPath=none'], command, options);

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#sockets === undefined) return;
    const folder = await this.#sockets;
    this.#sockets = undefined;
    const ask = ['ssh', '-O', 'exit', '-o', `ControlPath=${folder}/%C`, ...this.#address()];
    await localExec(ask, { okExitCodes: [0, 255] });
    await rm(folder, { recursive: true, force: true });
  }

  #address(): readonly string[] {
    return ['-p', String(this.#target.port), '-l', this.#target.user, '--', this.#target.host];
  }

  async #run(sharing: readonly string[], command: readonly string[], options: Parameters<Exec>[1] & object): Promise<ExecResult> {
    const target = this.#target;
    const asRoot = target.user === 'root' ? command : ['sudo', '-n', '--', ...command];
    const argv = [
      'ssh',
      ...sharing,
      ...PATIENCE,
      ...(target.identityFile === undefined ? [] : ['-i', target.identityFile, '-o', 'IdentitiesOnly=yes']),
      ...(this.#newHostKeys === 'accept' ? ['-o', 'StrictHostKeyChecking=accept-new'] : []),
      ...(target.knownHostsFile === undefined ? [] : ['-o', `UserKnownHostsFile=${target.knownHostsFile}`, '-o', 'StrictHostKeyChecking=yes']),
      ...this.#address(),
      asRoot.map(shellWord).join(' '),
    ];
    try {
      return await run(this.#name, command, argv, options);
    } catch (error) {
      throw this.#sshFailure(error) ?? error;
    }
  }

  #sshFailure(error: unknown): LabwrightError | undefined {
    if (!isLabwrightError(error) || error.code !== 'exec_failed') return undefined;
    const result = error.cause as Partial<ExecResult> | undefined;
    if (result?.exitCode !== 255 || !OWN_FAILURE.test(result.stderr ?? '')) return undefined;
    const { user, host, port } = this.#target;
    return new LabwrightError('unreachable', `${this.#name} (${user}@${host}, port ${port}) cannot be reached: ${result.stderr!.trim().split('\n').at(-1)}`, {
      hint: hintFor(result.stderr!, this.#target),
      cause: error,
    });
  }
}

function hintFor(stderr: string, { user, host, port }: SshTarget): string {
  if (/Host key verification failed|REMOTE HOST IDENTIFICATION/.test(stderr)) return `add its host key to the known hosts: ssh-keyscan -p ${port} ${host}`;
  if (/Permission denied/.test(stderr)) return `give ${user} on ${host} a key that opens without a password`;
  return `is the server on, and does "ssh -p ${port} ${user}@${host} true" work?`;
}
