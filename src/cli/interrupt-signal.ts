import { LabwrightError } from '../util/errors.ts';

/** Aborted by Ctrl-C or SIGTERM, with `cancelled` as its reason. A second one ends the process at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      controller.abort(new LabwrightError('cancelled', 'interrupted', { hint: 'run the command again: it goes on from what it finds' }));
    });
  }
  return controller.signal;
}
