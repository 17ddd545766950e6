// Webhooks of users, with a hook of our own: scenario 24 as recorded, and further cases in which both servers must agree.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { describe, test, type TestContext } from 'node:test';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { createAuthority } from '../../src/rehearsal/api/access/certificate-authority.ts';
import { serveApi } from '../../src/rehearsal/api/server.ts';
import { noTraffic } from '../../src/rehearsal/clock/traffic.ts';
import { realSleep, systemClock } from '../../src/util/clock.ts';
import { directDial } from '../../src/util/dial.ts';
import { listenOnLoopback } from '../../src/util/listen-on-loopback.ts';
import { send } from './real/plain-request.ts';
import { ensureRealApiServer } from './real/ensure-real-api-server.ts';
import { establishDefinitions } from './real/establish-definitions.ts';
import { noGo } from './real/go-version.ts';
import { startRealApiServer } from './real/start-real-api-server.ts';
import { noRecordings, recorded, TOKENS } from './recorded-scenarios.ts';

const NAMESPACE = 'pretty-hook';
const WIDGETS = `/apis/lab.pretty.example/v1/namespaces/${NAMESPACE}/widgets`;
/** Where the recorded hook listened. */
const RECORDED_HOOK = '127.0.0.1:26999';

interface Review {
  readonly request: { readonly uid: string; readonly object: { readonly spec?: { readonly color?: string; readonly size?: number } } | null };
}

/** A server that answers as the notes of the scenario say on /check, and changes what it is asked about on /paint and /count. */
interface Hook {
  readonly url: string;
  readonly caBundle: string;
  /** What it was asked, without what differs from one request to the next. */
  readonly asked: unknown[];
  close(): Promise<void>;
}

async function startHook(): Promise<Hook> {
  const authority = await createAuthority('test hook', Date.now());
  const asked: unknown[] = [];
  const server: Server = createServer(await authority.server('localhost'), (incoming, response) => {
    void json(incoming).then((body) => {
      const review = body as Review;
      // A connection that is kept would break in a way of its own when the hook ends.
      response.setHeader('Connection', 'close');
      asked.push(timeless(review.request));
      const path = (incoming.url ?? '').split('?')[0];
      if (path === '/silent') return;
      if (path === '/broken') {
        response.writeHead(500).end('out of order');
        return;
      }
      const answer = path === '/check' ? checked(review) : path === '/stranger' ? { uid: 'another' } : painted(review, path === '/count');
      const whole = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: review.request.uid, ...answer } };
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(whole));
    });
  });
  const url = `https://127.0.0.1:${await listenOnLoopback(server)}`;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, caBundle: Buffer.from(authority.ca).toString('base64'), asked, close };
}

function checked({ request: { object } }: Review): object {
  const { color, size } = object?.spec ?? {};
  const warnings = size === 7 ? { warnings: ['seven is odd'] } : {};
  if (color === 'blue') return { allowed: false, status: { message: 'blue is refused here' }, ...warnings };
  if (color === 'red') return { allowed: false, status: { message: 'red has its own code', code: 422, reason: 'Invalid' }, ...warnings };
  return { allowed: true, ...warnings };
}

/** Makes green what is white, which the schema would not let pass, and adds to the size. */
function painted({ request: { object } }: Review, counts: boolean): object {
  const { color, size = 0 } = object?.spec ?? {};
  const operations = counts
    ? [{ op: 'replace', path: '/spec/size', value: size + 1 }]
    : color === 'white'
      ? [{ op: 'replace', path: '/spec/color', value: 'green' }]
      : [];
  if (operations.length === 0) return { allowed: true };
  return { allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(operations)).toString('base64') };
}

function configuration(hook: Hook, kind: 'Validating' | 'Mutating', name: string, path: string, more: Readonly<Record<string, unknown>> = {}): KubeObject {
  const webhook = {
    name: `${name}.lab.pretty.example`,
    clientConfig: { url: `${hook.url}${path}`, caBundle: hook.caBundle },
    rules: [{ operations: ['CREATE', 'UPDATE', 'DELETE'], apiGroups: ['lab.pretty.example'], apiVersions: ['v1'], resources: ['widgets'] }],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    timeoutSeconds: 2,
    ...more,
  };
  return { apiVersion: 'admissionregistration.k8s.io/v1', kind: `${kind}WebhookConfiguration`, metadata: { name }, webhooks: [webhook] };
}

interface Step {
  readonly note?: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly response: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: unknown };
}

/** One server to ask, with the definition of widgets and the namespace. */
interface Asked {
  /** How long it takes to hear of a configuration. */
  readonly hearsAfterMs: number;
  readonly kube: KubeClient;
  readonly send: (request: Step['request']) => Promise<{ readonly status: number; readonly warnings: readonly string[]; readonly body: unknown }>;
}

async function asking(server: Started): Promise<Asked> {
  const kube = createKubeClient({ clock: systemClock, dial: directDial }, { server: server.url, ca: server.ca, token: 'admin-token' });
  await establishDefinitions(kube, [JSON.parse(readFileSync(join(recorded, 'kube-api/fixtures/widgets.json'), 'utf8')) as KubeObject]);
  await kube.list({ apiVersion: 'lab.pretty.example/v1', kind: 'Widget' });
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  return { kube, hearsAfterMs: server.hearsAfterMs, send: (request) => send(server, 'admin-token', request) };
}

/** Without uids, times, versions and ports; managers as they are. */
function timeless(value: unknown): unknown {
  const text = JSON.stringify(value)
    .replaceAll(/"[0-9a-f]{8}-[0-9a-f-]{27}"/g, '"<uid>"')
    .replaceAll(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"<time>"')
    .replaceAll(/"resourceVersion":"\d+"/g, '"resourceVersion":"<rv>"')
    .replaceAll(/"<(uid|rv):\d+>"/g, '"<$1>"')
    .replaceAll(/uid=\\"[0-9a-f-]{36}\\"/g, 'uid=<uid>')
    .replaceAll(/"caBundle":"[^"]+"/g, '"caBundle":"<ca>"')
    .replaceAll(/127\.0\.0\.1:\d+/g, '<hook>');
  return JSON.parse(text) as unknown;
}

/** Scenario 24, with the recorded answers beside those of the server. */
async function playScenario24({ kube, send }: Asked, hook: Hook): Promise<void> {
  const { steps } = JSON.parse(readFileSync(join(recorded, 'kube-api/24-validating-webhook.json'), 'utf8')) as { readonly steps: readonly Step[] };
  await kube.create(configuration(hook, 'Validating', 'check', '/check'));
  await registered(send);
  for (const { note = '', request, response } of steps) {
    if (note === 'hook unreachable, failurePolicy Fail') await hook.close();
    if (note === 'hook unreachable, failurePolicy Ignore: accepted') {
      await kube.patch(refOf('Validating', 'check'), [{ op: 'replace', path: '/webhooks/0/failurePolicy', value: 'Ignore' }], { type: 'json' });
      await eventually(async () => (await send({ ...request, query: { dryRun: 'All' } })).status === 201);
    }
    const answer = await send(request);
    const said = `${request.method} ${request.path} ${note}`;
    assert.equal(answer.status, response.status, `${said}: ${JSON.stringify(answer.body)}`);
    const { warning } = response.headers;
    assert.deepEqual(answer.warnings, warning === undefined ? [] : [warning], said);
    const expected = JSON.parse(JSON.stringify(response.body).replaceAll(RECORDED_HOOK, new URL(hook.url).host)) as unknown;
    assert.deepEqual(timeless(withoutManagers(answer.body)), timeless(expected), said);
  }
}

/** A real server takes a moment to hear of a configuration. */
async function registered(send: Asked['send']): Promise<void> {
  const blue = { kind: 'Widget', apiVersion: 'lab.pretty.example/v1', metadata: { name: 'probe' }, spec: { size: 1, color: 'blue' } };
  await eventually(async () => (await send({ method: 'POST', path: WIDGETS, query: { dryRun: 'All' }, body: blue })).status === 400);
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + 20_000;
  while (!(await holds())) {
    assert.ok(performance.now() < until, 'the server never heard of the configuration');
    await realSleep(50);
  }
}

function refOf(kind: 'Validating' | 'Mutating', name: string): { readonly apiVersion: string; readonly kind: string; readonly name: string } {
  return { apiVersion: 'admissionregistration.k8s.io/v1', kind: `${kind}WebhookConfiguration`, name };
}

function withoutManagers(body: unknown): unknown {
  const { metadata, ...rest } = body as { readonly metadata: Record<string, unknown> };
  const { managedFields: _managers, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

/** Cases beyond the recording. @returns what the server answered and what the hook was asked, to compare servers by. */
async function playFurther({ kube, send, hearsAfterMs }: Asked, hook: Hook): Promise<unknown[]> {
  const seen: unknown[] = [];
  const say = async (what: string, request: Step['request']): Promise<void> => {
    hook.asked.length = 0;
    const { status, warnings, body } = await send(request);
    seen.push({ what, status, warnings, body: timeless(body), asked: [...hook.asked] });
  };
  const widget = (name: string, spec: object, labels?: object): object => ({
    apiVersion: 'lab.pretty.example/v1',
    kind: 'Widget',
    metadata: { name, ...(labels && { labels }) },
    spec,
  });
  const create = (body: object, query?: Record<string, string>): Step['request'] => ({ method: 'POST', path: WIDGETS, body, ...(query && { query }) });
  const with_ = async (what: string, object: KubeObject, work: () => Promise<void>): Promise<void> => {
    const made = await kube.create(object);
    seen.push({ what: `${what}: the configuration`, body: timeless(withoutManagers({ ...made })) });
    await realSleep(hearsAfterMs);
    await work();
    await kube.delete({ apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name });
    await realSleep(hearsAfterMs);
  };

  await with_('painting', configuration(hook, 'Mutating', 'paint', '/paint'), async () => {
    await say('create white', create(widget('m1', { size: 1, color: 'white' }), { fieldManager: 'alpha' }));
    await say('create green: no patch', create(widget('m2', { size: 1, color: 'green' }), { fieldManager: 'alpha' }));
    const merge = { 'Content-Type': 'application/merge-patch+json' };
    const white = { method: 'PATCH', path: `${WIDGETS}/m2`, headers: merge, query: { fieldManager: 'beta' }, body: { spec: { color: 'white' } } };
    await say('dry run of a patch', { ...white, query: { fieldManager: 'beta', dryRun: 'All' } });
    await say('patch to white', white);
    const apply = { 'Content-Type': 'application/apply-patch+yaml' };
    await say('apply white', {
      method: 'PATCH',
      path: `${WIDGETS}/m3`,
      headers: apply,
      query: { fieldManager: 'gamma' },
      body: widget('m3', { size: 2, color: 'white' }),
    });
    await say('delete', { method: 'DELETE', path: `${WIDGETS}/m1` });
  });
  const counting = configuration(hook, 'Mutating', 'a-count', '/count', { reinvocationPolicy: 'IfNeeded' });
  await with_('counting, and again when somebody painted', counting, () =>
    with_('painting after it', configuration(hook, 'Mutating', 'b-paint', '/paint'), async () => {
      await say('create white', create(widget('n1', { size: 1, color: 'white' })));
      await say('create green', create(widget('n2', { size: 1, color: 'green' })));
    }),
  );
  await with_('only labelled ones', configuration(hook, 'Validating', 'check', '/check', { objectSelector: { matchLabels: { watched: 'yes' } } }), async () => {
    await say('blue, without the label', create(widget('s1', { size: 1, color: 'blue' })));
    await say('blue, with the label', create(widget('s2', { size: 1, color: 'blue' }, { watched: 'yes' })));
  });
  const other = [{ operations: ['CREATE'], apiGroups: ['lab.pretty.example'], apiVersions: ['v1'], resources: ['widgets/status'] }];
  await with_('status only', configuration(hook, 'Validating', 'check', '/check', { rules: other }), async () => {
    await say('blue, of which no rule speaks', create(widget('t1', { size: 1, color: 'blue' })));
  });
  await with_('a hook that is silent', configuration(hook, 'Validating', 'silent', '/silent', { timeoutSeconds: 1 }), async () => {
    await say('late', create(widget('u1', { size: 1 })));
  });
  await with_('a hook that is out of order', configuration(hook, 'Validating', 'broken', '/broken'), async () => {
    await say('HTTP 500', create(widget('v1', { size: 1 })));
  });
  await with_('a hook that answers another', configuration(hook, 'Validating', 'stranger', '/stranger'), async () => {
    await say('wrong uid', create(widget('v2', { size: 1 })));
  });
  const stranger = (await createAuthority('a stranger', Date.now())).ca;
  const untrusted = { clientConfig: { url: `${hook.url}/check`, caBundle: Buffer.from(stranger).toString('base64') } };
  await with_('a hook of another CA', configuration(hook, 'Validating', 'untrusted', '/check', untrusted), async () => {
    await say('not trusted', create(widget('v3', { size: 1 })));
  });
  for (const [what, more] of Object.entries({
    'a short name': { name: 'short' },
    'no side effects told': { sideEffects: undefined },
    'side effects that v1 does not know': { sideEffects: 'Some' },
    'no review version': { admissionReviewVersions: [] },
    'a minute': { timeoutSeconds: 60 },
    'no address': { clientConfig: {} },
  })) {
    await say(what, {
      method: 'POST',
      path: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
      body: configuration(hook, 'Validating', 'wrong', '/check', more),
    });
  }
  return seen;
}

interface Started extends AsyncDisposable {
  readonly hearsAfterMs: number;
  readonly url: string;
  readonly ca: string;
}

const START: Readonly<Record<'simulated' | 'real', () => Promise<Started>>> = {
  async simulated() {
    const api = await serveApi({ clock: systemClock, traffic: noTraffic, tokens: TOKENS }, 0);
    return { url: api.url, ca: api.ca, hearsAfterMs: 0, [Symbol.asyncDispose]: () => api.close() };
  },
  real: async () => ({ ...(await startRealApiServer(await ensureRealApiServer(console.log), TOKENS)), hearsAfterMs: 1500 }),
};

async function playAll(t: TestContext, kind: keyof typeof START): Promise<unknown[]> {
  const server = await START[kind]();
  t.after(() => server[Symbol.asyncDispose]());
  const asked = await asking(server);
  const [first, second] = [await startHook(), await startHook()];
  t.after(() => second.close());
  await playScenario24(asked, first);
  await asked.kube.delete(refOf('Validating', 'check'));
  return playFurther(asked, second);
}

describe('webhooks of users', () => {
  let simulated: Promise<unknown[]> | undefined;
  test('scenario 24 is answered as recorded', { skip: noRecordings }, async (t) => {
    simulated = playAll(t, 'simulated');
    await simulated;
  });
  test('a real server answers scenario 24 so too, and further cases as the simulated one', { skip: noGo || noRecordings }, async (t) => {
    const real = await playAll(t, 'real');
    const ours = await simulated!;
    for (const [index, one] of real.entries()) assert.deepEqual(ours[index], one);
    assert.equal(ours.length, real.length);
  });
});
