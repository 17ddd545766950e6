import { spawn } from 'node:child_process';
import { LabwrightError } from './errors.ts';

export interface ExecOptions {
  readonly signal?: AbortSignal;
  /** Anything else throws. Default: only 0. */
  readonly okExitCodes?: readonly number[];
  readonly stdin?: string | Buffer;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Called with each chunk as it is written, for logs that must not wait for the end. */
  readonly onOutput?: (chunk: string, stream: 'stdout' | 'stderr') => void;
  readonly timeoutMs?: number;
  /** `latin1` keeps every byte as one character, for output that is not all text. Default: utf8. */
  readonly encoding?: 'utf8' | 'latin1';
}

export interface ExecResult {
  readonly host: string;
  readonly command: readonly string[];
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** Runs one command on one host: this machine, another over ssh, or a network namespace. Throws `exec_failed`. */
export type Exec = (command: readonly string[], options?: ExecOptions) => Promise<ExecResult>;

/** The door to processes on this machine. On abort or time-out the whole process group is killed. */
export const localExec: Exec = (command, options = {}) => run('localhost', command, command, options);

/**
 * Runs `argv`, reporting it as `command` on `host`: ssh and namespaces wrap the command the user knows.
 *
 * @throws LabwrightError `exec_failed` with the stderr tail, `timed_out`, or the signal's reason.
 */
export function run(host: string, command: readonly string[], argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
  const [file, ...args] = argv;
  if (file === undefined) throw new Error('empty command');
  options.signal?.throwIfAborted();
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    let stopped: unknown;
    const stop = (reason: unknown): void => {
      stopped = reason;
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It ended on its own in the meantime.
      }
    };
    const onAbort = (): void => stop(options.signal?.reason);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => stop(new LabwrightError('timed_out', `${command[0]} on ${host} did not end within ${options.timeoutMs} ms`)), options.timeoutMs);
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding(options.encoding ?? 'utf8').on('data', (chunk: string) => {
        output[stream] += chunk;
        options.onOutput?.(chunk, stream);
      });
    }
    child.stdin.on('error', () => undefined); // A command that reads nothing may close it first.
    child.stdin.end(options.stdin ?? '');
    const settle = (): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
    };
    child.on('error', (cause) => {
      settle();
      reject(new LabwrightError('exec_failed', `${file} cannot be started on ${host}: ${cause.message}`, { cause, hint: `is ${file} installed?` }));
    });
    child.on('close', (code, signal) => {
      settle();
      if (stopped !== undefined) return reject(stopped);
      const result: ExecResult = { host, command, exitCode: code ?? 128, ...output, durationMs: performance.now() - startedMs };
      if (signal === null && (options.okExitCodes ?? [0]).includes(result.exitCode)) return resolve(result);
      const how = signal === null ? `exit code ${code}` : signal;
      reject(
        new LabwrightError(
          'exec_failed',
          `${command.join(' ').slice(0, 200)} on ${host} failed (${how}): ${output.stderr.trim().slice(-400) || output.stdout.trim().slice(-400)}`,
          { cause: result },
        ),
      );
    });
  });
}
