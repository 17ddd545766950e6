import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { Condition, KubeObject } from '../../src/kube/objects.ts';
import { objectPath, refOf } from '../../src/kube/objects.ts';
import { hubDefinitions } from '../../src/rehearsal/definitions/hub-definitions.ts';
import { runControllers } from '../../src/rehearsal/controllers/run-controllers.ts';
import { siteconfigControllers } from '../../src/rehearsal/controllers/siteconfig/siteconfig-controllers.ts';
import { systemClock } from '../../src/util/clock.ts';
import { directDial } from '../../src/util/dial.ts';
import { establishDefinitions } from './real/establish-definitions.ts';
import { ensureRealApiServer } from './real/ensure-real-api-server.ts';
import { noGo } from './real/go-version.ts';
import type { RealApiServer } from './real/start-real-api-server.ts';
import { startRealApiServer } from './real/start-real-api-server.ts';
import { noRecordings, recorded, TOKENS } from './recorded-scenarios.ts';

/** What is compared of a file of `recorded/siteconfig`; its README explains the members. */
interface RecordedCase {
  readonly inputs: readonly KubeObject[];
  readonly rendered: readonly KubeObject[];
  readonly finalStatus: { readonly conditions: readonly Condition[] };
}

// On each test, not on the suite: what is skipped is listed by name.
const skip = noGo || noRecordings;
/** One single node, one of several: nobody acts on them after their creation. */
const CASES = ['sno-static', 'three-plus-two'];

describe("the world's siteconfig controllers on a real API server", () => {
  const stop = new AbortController();
  const log: string[] = [];
  let server: RealApiServer;
  let kube: KubeClient;
  let done: Promise<void>;
  before(async () => {
    if (skip !== false) return;
    server = await startRealApiServer(await ensureRealApiServer(console.log), TOKENS);
    kube = createKubeClient({ clock: systemClock, dial: directDial }, { server: server.url, ca: server.ca, token: 'admin-token' });
    await establishDefinitions(kube, hubDefinitions(join(recorded, '..', 'crds')));
    await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'open-cluster-management' } });
    const deps = { kube, clock: systemClock, log: (line: string) => void log.push(line) };
    ({ done } = await runControllers(deps, (cache) => siteconfigControllers(deps, cache), stop.signal));
  });
  after(async () => {
    stop.abort(new Error('the test is over'));
    await done?.catch(() => undefined);
    await server?.[Symbol.asyncDispose]();
  });

  for (const name of CASES) {
    test(`do what the real operator did: ${name}`, { skip }, async (t) => {
      const { inputs, rendered, finalStatus } = JSON.parse(readFileSync(join(recorded, 'siteconfig', `${name}.json`), 'utf8')) as RecordedCase;
      // Both cases install the same release: its ClusterImageSet belongs to the whole hub.
      for (const input of inputs) if (input.kind !== 'ClusterImageSet' || (await kube.get(refOf(input))) === undefined) await kube.create(input);
      const instance = await settled(
        inputs.find(({ kind }) => kind === 'ClusterInstance')!,
        finalStatus.conditions.length,
      );
      if (log.length > 0) t.diagnostic(log.join('\n'));
      assert.deepEqual(comparable(instance['status']), comparable(finalStatus));
      for (const object of rendered) {
        const { apiVersion, kind, metadata, spec } = object;
        const { labels, annotations } = metadata;
        const sent = JSON.parse(JSON.stringify({ apiVersion, kind, metadata: { labels, annotations }, spec })) as object;
        // What the API server adds of itself has its own scenarios.
        assert.partialDeepStrictEqual(await kube.get(refOf(object)), sent, objectPath(object));
      }
    });
  }

  /** The instance once its manifests are applied and it has as many conditions as recorded. */
  async function settled(given: KubeObject, conditions: number): Promise<KubeObject> {
    const { apiVersion, kind, metadata } = given;
    const query = { apiVersion, kind, namespace: metadata.namespace, fieldSelector: `metadata.name=${metadata.name}` };
    for await (const event of kube.watch(query, AbortSignal.timeout(60_000))) {
      const status = event.type === 'synced' ? undefined : (event.object['status'] as { conditions?: Condition[] } | undefined);
      const applied = status?.conditions?.some((one) => one.type === 'RenderedTemplatesApplied' && one.status === 'True');
      if (event.type !== 'synced' && applied === true && status?.conditions?.length === conditions) return event.object;
    }
    throw new Error('the watch ended');
  }
});

/** A status without times, its conditions in order of type. */
function comparable(status: unknown): unknown {
  const timeless = JSON.stringify(status).replaceAll(/"\d{4}-\d\d-\d\dT[\d:]+Z"/g, '"<time>"');
  return JSON.parse(timeless, (key, value: unknown) => (key === 'conditions' ? (value as Condition[]).toSorted((a, b) => (a.type < b.type ? -1 : 1)) : value));
}
