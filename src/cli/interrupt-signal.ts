import { LabwrightError } from '../util/errors.ts';

const RESUMABLE = 'run the command again: it goes on from what it finds';

/**
 * Aborted by Ctrl-C, SIGTERM or SIGHUP, with `cancelled` as its reason. A second one ends the process at once; what it leaves is
 * taken up or cleared away by the next.
 *
 * @param hint what to do next.
 */
export function interruptSignal(hint = RESUMABLE): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new LabwrightError('cancelled', 'interrupted', { hint }));
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  return controller.signal;
}
