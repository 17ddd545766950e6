import { LabwrightError } from '../util/errors.ts';

/** One Ctrl-C may arrive several times: from the terminal, and from npm and our shim, who pass it on. */
const ECHO_MS = 1000;
const RESUMABLE = 'run the command again: it goes on from what it finds';

/**
 * Aborted by Ctrl-C, SIGTERM or SIGHUP, with `cancelled` as its reason. Another one, later, ends the process at once; what it
 * leaves is taken up or cleared away by the next.
 *
 * @param hint what to do next.
 */
export function interruptSignal(hint = RESUMABLE): AbortSignal {
  const controller = new AbortController();
  let firstMs: number | undefined;
  const onSignal = (): void => {
    if (firstMs !== undefined && performance.now() - firstMs > ECHO_MS) process.exit(130);
    firstMs ??= performance.now();
    controller.abort(new LabwrightError('cancelled', 'interrupted', { hint }));
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  return controller.signal;
}
