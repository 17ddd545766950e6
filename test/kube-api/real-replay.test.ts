import { after, before, describe, test } from 'node:test';
import { noRecordings, playScenario, SCENARIOS, TOKENS } from './recorded-scenarios.ts';
import { ensureRealApiServer } from './real/ensure-real-api-server.ts';
import { noGo } from './real/go-version.ts';
import type { RealApiServer } from './real/start-real-api-server.ts';
import { startRealApiServer } from './real/start-real-api-server.ts';

const skip = noGo || noRecordings;

// Scenarios share the names of their definitions, so those on one server take turns. The one that waits for bookmarks lasts
// as long as all others together: it has a server of its own.
const SLOWEST = '19-watch-bookmarks';
const lanes = [SCENARIOS.filter((name) => name !== SLOWEST), [SLOWEST]];

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
