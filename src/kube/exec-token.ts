import * as z from 'zod';
import type { Clock } from '../util/clock.ts';
import { LabwrightError, messageOf } from '../util/errors.ts';
import type { Exec } from '../util/exec.ts';
import type { ExecCredentials } from './parse-kubeconfig.ts';

/** Hands out a bearer token, and gets another one when it is told that the server takes it no more. */
export interface TokenSource {
  /** @returns undefined when the user has none. */
  current(): Promise<string | undefined>;
  /** @returns whether the next one may be another. */
  refused(token: string | undefined): boolean;
}

export function fixedToken(token: string | undefined): TokenSource {
  return { current: () => Promise.resolve(token), refused: () => false };
}

export interface ExecTokenDeps {
  readonly clock: Clock;
  /** Absent where no kubeconfig may run a command. */
  readonly exec?: Exec;
}

/** A minute early, so that it does not expire on its way; so does client-go. */
const EARLY_MS = 60_000;
const COMMAND_LIMIT_MS = 60_000;

const answerSchema = z.object({ kind: z.literal('ExecCredential'), status: z.object({ token: z.string().min(1), expirationTimestamp: z.string().nullish() }) });

/**
 * The token that a kubeconfig's command prints, kept until it expires (client.authentication.k8s.io).
 *
 * The command's expiry is real time, whatever clock the client has; the command itself holds the clock.
 *
 * @throws LabwrightError `unauthorized` that names the command when it fails or prints something else; never its output.
 */
export function execToken({ clock, exec }: ExecTokenDeps, { apiVersion, command, args, env }: ExecCredentials): TokenSource {
  let kept: { readonly token: string; readonly untilMs: number } | undefined;
  let asking: Promise<string> | undefined;
  const failed = (why: string, cause?: unknown): LabwrightError =>
    new LabwrightError('unauthorized', `the kubeconfig's command ${command} gives no token: ${why}`, {
      cause,
      hint: `run "${[command, ...args].join(' ')}" by hand`,
    });
  const ask = async (): Promise<string> => {
    if (exec === undefined) throw failed('commands of kubeconfigs are not run here');
    const info = { kind: 'ExecCredential', apiVersion, spec: { interactive: false } };
    const options = { env: { ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) }, timeoutMs: COMMAND_LIMIT_MS };
    const { stdout } = await clock.during(exec([command, ...args], options)).catch((error: unknown) => {
      throw failed(messageOf(error), error);
    });
    const { status } = read(stdout) ?? { status: undefined };
    if (status === undefined) throw failed('what it prints is no ExecCredential with a token');
    const expiryMs = Date.parse(status.expirationTimestamp ?? '');
    kept = { token: status.token, untilMs: Number.isNaN(expiryMs) ? Infinity : expiryMs - EARLY_MS };
    return status.token;
  };
  return {
    async current() {
      if (kept !== undefined && Date.now() < kept.untilMs) return kept.token;
      // Requests that need it at the same time ask once.
      asking ??= ask().finally(() => (asking = undefined));
      return asking;
    },
    refused(token) {
      if (kept?.token === token) kept = undefined;
      return true;
    },
  };
}

function read(text: string): z.infer<typeof answerSchema> | undefined {
  try {
    return answerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
