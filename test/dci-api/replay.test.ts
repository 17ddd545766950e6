import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { startTestServer } from '../server/test-server.ts';

/** Recorded scenarios that are not answered as recorded yet, and what they need. Whoever builds it takes the line away. */
const NOT_YET: Readonly<Record<string, string>> = {
  '61-defect-analytics-offline': 'no analytics',
};

interface Scenario {
  readonly name: string;
  readonly reset?: boolean;
}

interface Result {
  readonly passed: boolean;
  readonly step?: number;
  readonly what?: string;
  readonly diffs?: readonly unknown[];
}

const recorded = process.env['LABWRIGHT_RECORDED'] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'recorded');
const replayer = join(recorded, 'replay-dci.mjs');
const folder = join(recorded, 'dci-api');
const isThere = existsSync(replayer);

if (!isThere) {
  test('answers like the recorded DCI server', { skip: process.env['CI'] === 'true' ? false : 'no recordings beside the repository' }, () => {
    assert.fail(`no recordings in ${recorded}`);
  });
} else {
  const { replay } = (await import(pathToFileURL(replayer).href)) as { replay: (scenario: Scenario, options: { url: string }) => Promise<Result> };
  const shared = await startTestServer();
  after(() => shared[Symbol.asyncDispose]());
  const scenarios = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted();

  for (const file of scenarios) {
    const name = basename(file, '.json');
    if (Object.hasOwn(NOT_YET, name)) continue;
    test(`answers like the recorded DCI server: ${name}`, async () => {
      const result = await run(file);
      assert.ok(result.passed, `step ${result.step}, ${result.what}: ${JSON.stringify(result.diffs, null, 1)}`);
    });
  }

  for (const file of readdirSync(join(recorded, 'dci-pipeline'))) {
    if (!file.endsWith('.json')) continue;
    test(`answers the recorded requests of dci-pipeline: ${basename(file, '.json')}`, async () => {
      await using fresh = await startTestServer({}, { catalogue: false });
      const scenario = JSON.parse(readFileSync(join(recorded, 'dci-pipeline', file), 'utf8')) as Scenario;
      const result = await replay(scenario, { url: fresh.server.url });
      assert.ok(result.passed, `step ${result.step}, ${result.what}: ${JSON.stringify(result.diffs, null, 1)}`);
    });
  }

  test('scenarios that are not answered as recorded yet are listed with the reason', async (t) => {
    const passing: string[] = [];
    for (const name of Object.keys(NOT_YET)) if ((await run(`${name}.json`)).passed) passing.push(name);
    t.diagnostic(`${scenarios.length - Object.keys(NOT_YET).length} of ${scenarios.length} recorded scenarios are answered as recorded`);
    assert.deepEqual(passing, [], 'these pass now: take them off the list');
  });

  /** Scenarios that count everything get a server of their own. */
  async function run(file: string): Promise<Result> {
    const scenario = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Scenario;
    if (scenario.reset !== true) return replay(scenario, { url: shared.server.url });
    await using fresh = await startTestServer({}, { catalogue: false });
    return await replay(scenario, { url: fresh.server.url });
  }
}
