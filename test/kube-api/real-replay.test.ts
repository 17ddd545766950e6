import { after, before, describe, test } from 'node:test';
import { noRecordings, playScenario, SCENARIOS, TOKENS } from './recorded-scenarios.ts';
import { ensureRealApiServer } from './real/ensure-real-api-server.ts';
import { noGo } from './real/go-version.ts';
import type { RealApiServer } from './real/start-real-api-server.ts';
import { startRealApiServer } from './real/start-real-api-server.ts';

const skip = noGo || noRecordings;

// Scenarios share the names of their definitions, so those on one server take turns. Three of them mostly wait, 17 for the
// compaction: they have a server of their own.
const WAITING: readonly string[] = ['17-pagination', '19-watch-bookmarks', '20-expired-and-future-versions'];
const lanes = [SCENARIOS.filter((name) => !WAITING.includes(name)), WAITING];

describe('the real API server still answers as recorded', { concurrency: lanes.length }, () => {
  for (const [lane, scenarios] of lanes.entries()) {
    describe(`server ${lane + 1}`, { concurrency: 1 }, () => {
      let server: RealApiServer | undefined;
      before(async () => {
        if (skip === false) server = await startRealApiServer(await ensureRealApiServer(console.log), TOKENS);
      });
      after(() => server?.[Symbol.asyncDispose]());
      for (const name of scenarios) test(`${name} (real)`, { skip }, () => playScenario(server!, name));
    });
  }
});
