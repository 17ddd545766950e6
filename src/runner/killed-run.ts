import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { realSleep, systemClock } from '../util/clock.ts';
import type { Step } from '../util/step.ts';
import { createEmbeddedEngine } from './embedded-engine.ts';
import { Journal } from './journal.ts';

/** A process for the test to kill: `node killed-run.ts <folder> <run id> hang|finish`. Each step leaves a line in `effects`. */
const [folder = '', runId = '', mode] = process.argv.slice(2);
const effect = (id: string): void => appendFileSync(join(folder, 'effects'), `${id}\n`);
const step = (id: string, hangs: boolean): Step<undefined> => ({
  id,
  title: id,
  limitMs: 60_000,
  run: async () => {
    effect(id);
    if (hangs && mode === 'hang') {
      process.stdout.write('hanging\n');
      await realSleep(60_000);
    }
  },
});

const journal = new Journal(join(folder, 'spool.db'));
const state = await createEmbeddedEngine(journal).start({
  runId,
  name: 'job',
  steps: [step('one', false), step('two', false), step('three', true), step('four', false)],
  deps: undefined,
  clock: systemClock,
  memory: {},
  secrets: [],
  simulated: false,
  signal: new AbortController().signal,
  onEvent: () => undefined,
});
journal.close();
process.stdout.write(`${state.status}\n`);
