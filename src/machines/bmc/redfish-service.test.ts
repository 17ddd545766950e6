import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { examplePlan } from '../../render/example-plan.test-data.ts';
import { fakeClock, realSleep } from '../../util/clock.ts';
import { directDial } from '../../util/dial.ts';
import type { BmcEvent } from './bmc-event.ts';
import type { Bmc, BmcBackend, BootOverride } from './bmc.ts';
import { frontedHosts } from './fronted-hosts.ts';
import { joinBackends } from './join-backends.ts';
import { createPassThroughBackend } from './pass-through-backend.ts';
import { createOpenBmc } from './redfish-client.ts';
import { createRedfishService } from './redfish-service.ts';

const ISO = 'http://images.example/by/key/disc.iso';
/** Time that passes by itself, but at once. */
const clock = { ...fakeClock(), sleep: () => realSleep(1) };

test('what takes longer than clients wait is a task, and what comes after it takes effect after it', async (t) => {
  const held = Promise.withResolvers<void>();
  const machine = memoryMachine('m0', { beforeInsert: () => held.promise });
  const events: BmcEvent[] = [];
  const origin = await serve(t, createRedfishService(machine.backend, { holdMs: 10, onCall: (event) => events.push(event) }));
  const inserted = open(origin, 'm0').insertMedia(ISO);
  while (!events.some(({ status }) => status === 202)) await realSleep(1);
  const powered = open(origin, 'm0').reset('On');
  await realSleep(20);
  assert.deepEqual(machine.did, []);
  held.resolve();
  await Promise.all([inserted, powered]);
  assert.deepEqual(machine.did, [`insert ${ISO}`, 'reset On']);
  assert.deepEqual(
    events.filter(({ what }) => what.startsWith('insert')).map(({ status, what }) => `${status} ${what}`),
    ['202 insert http://images.example/…/disc.iso', '204 insert http://images.example/…/disc.iso'],
  );
});

test('a task that fails says why to the client that waits for it', async (t) => {
  const machine = memoryMachine('m0', { beforeInsert: () => realSleep(30).then(() => Promise.reject(new Error('no space left'))) });
  const origin = await serve(t, createRedfishService(machine.backend, { holdMs: 5 }));
  await assert.rejects(open(origin, 'm0').insertMedia(ISO), (error: Error) => String(error.cause).includes('no space left'));
});

test('a physical machine behind the lab’s service is used with credentials of the lab', async (t) => {
  const vm = memoryMachine('vm');
  const physical = memoryMachine('metal');
  const behind = await serve(t, createRedfishService(physical.backend));
  const folder = mkdtempSync(join(tmpdir(), 'lw-bmc-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const passwordFile = join(folder, 'metal');
  writeFileSync(passwordFile, 'password\n');
  const behindIt = { url: `${behind}/redfish/v1/Systems/metal`, protocol: 'redfish-virtualmedia', username: 'admin', passwordFile, verifyTls: false } as const;
  const host = { ...examplePlan.machines[0]!, name: 'metal', uuid: 'id-of-metal', kind: 'metal', bmc: behindIt } as const;
  const credentials = new Map([['metal', { username: 'admin', password: 'of the lab' }]]);
  const fronted = createPassThroughBackend(frontedHosts({ plan: { ...examplePlan, machines: [host] }, credentials, clock, dial: directDial }));
  const events: BmcEvent[] = [];
  const origin = await serve(t, createRedfishService(joinBackends([vm.backend, fronted]), { onCall: (event) => events.push(event) }));

  await assert.rejects(open(origin, 'metal').power(), { code: 'unauthorized' });
  const bmc = open(origin, 'metal', 'of the lab', 'job/step');
  await bmc.insertMedia(ISO);
  await bmc.bootOnce('Cd');
  assert.deepEqual(await bmc.boot(), { target: 'Cd', enabled: 'Once' });
  await bmc.reset('ForceRestart');
  await bmc.reset('On');
  assert.deepEqual(physical.did, [`insert ${ISO}`, 'boot Cd Once', 'reset On'], 'a restart of a machine that is off turns it on');
  assert.deepEqual(vm.did, []);
  assert.deepEqual(physical.causes, ['job/step']);
  assert.ok(events.some(({ machine, what }) => machine === 'metal' && what === 'reset ForceRestart'));
});

test('a BMC that demands more than Redfish does gets it, and a virtual CD that is a USB drive is booted as one', async (t) => {
  const seen: unknown[] = [];
  const origin = await serve(t, (request, response) => void supermicro(request, response, seen));
  const bmc = open(origin, '1');
  await bmc.insertMedia(ISO);
  await bmc.bootOnce('Cd');
  assert.deepEqual(seen, [
    { Image: ISO },
    { Image: ISO, TransferProtocolType: 'HTTP' },
    { Image: ISO, TransferProtocolType: 'HTTP', TransferMethod: 'Stream' },
    { etag: '"7"', Boot: { BootSourceOverrideTarget: 'UsbCd', BootSourceOverrideEnabled: 'Once' } },
  ]);
});

test('a mode that is not the machine’s firmware is refused, and so is a body without end', async (t) => {
  const { backend } = memoryMachine('m0', { firmware: 'bios' });
  const origin = await serve(t, createRedfishService(backend));
  const headers = { Authorization: `Basic ${Buffer.from('admin:password').toString('base64')}` };
  const patch = (boot: object): Promise<Response> =>
    fetch(`${origin}/redfish/v1/Systems/m0`, { method: 'PATCH', headers, body: JSON.stringify({ Boot: boot }) });
  assert.equal((await patch({ BootSourceOverrideMode: 'UEFI' })).status, 400);
  assert.equal((await patch({ BootSourceOverrideMode: 'Legacy', BootSourceOverrideTarget: 'Cd' })).status, 204);
  assert.equal((await patch({ padding: 'x'.repeat(100_000) })).status, 400);
});

/** A machine that does what it is told in no time, and remembers it. */
function memoryMachine(name: string, options: { readonly beforeInsert?: () => Promise<void>; readonly firmware?: 'bios' } = {}) {
  const did: string[] = [];
  const causes: (string | null)[] = [];
  const system = { id: `id-of-${name}`, name, mac: '52:54:00:00:00:01', vcpus: 2, memoryMiB: 1024, firmware: options.firmware ?? ('efi' as const) };
  let power: 'On' | 'Off' = 'Off';
  let image: string | undefined;
  let boot: BootOverride = { target: 'None', enabled: 'Disabled' };
  const backend: BmcBackend = {
    systems: () => Promise.resolve([system]),
    power: () => Promise.resolve(power),
    async reset(_id, type, cause) {
      did.push(`reset ${type}`);
      causes.push(cause);
      power = type === 'ForceOff' ? 'Off' : 'On';
    },
    async insertMedia(_id, url) {
      await options.beforeInsert?.();
      did.push(`insert ${url}`);
      image = url;
    },
    async ejectMedia() {
      image = undefined;
    },
    media: () => Promise.resolve(image),
    async setBoot(_id, target, enabled) {
      did.push(`boot ${target} ${enabled}`);
      boot = { target, enabled };
    },
    boot: () => Promise.resolve(boot),
    authenticate: (_id, username, password) => username === 'admin' && password === 'password',
  };
  return { did, causes, system, backend };
}

/** As a Supermicro X12 answers (sushy's source has these cases; nothing of it was recorded). */
async function supermicro(request: IncomingMessage, response: ServerResponse, seen: unknown[]): Promise<void> {
  const reply = (status: number, body: object, headers = {}): void => void response.writeHead(status, headers).end(JSON.stringify(body));
  const cd = '/redfish/v1/Managers/1/VirtualMedia/CD1';
  if (request.method === 'POST') {
    const body = (await json(request)) as Record<string, string>;
    seen.push(body);
    const missing = ['TransferProtocolType', 'TransferMethod'].find((name) => body[name] === undefined);
    return missing === undefined ? reply(200, {}) : reply(400, { error: { message: `The action requires the parameter ${missing} to be present` } });
  }
  if (request.method === 'PATCH') {
    seen.push({ etag: request.headers['if-match'], ...((await json(request)) as object) });
    return reply(200, {});
  }
  switch (request.url ?? '') {
    case '/redfish/v1/Systems/1': {
      const allowed = { 'BootSourceOverrideTarget@Redfish.AllowableValues': ['Cd', 'UsbCd', 'Hdd'] };
      const links = { ManagedBy: [{ '@odata.id': '/redfish/v1/Managers/1' }] };
      const system = { Manufacturer: 'Supermicro', Boot: allowed, Links: links, Actions: { '#ComputerSystem.Reset': { target: '/reset' } } };
      return reply(200, system, { ETag: '"7"' });
    }
    case '/redfish/v1/Managers/1':
      return reply(200, { VirtualMedia: { '@odata.id': '/redfish/v1/Managers/1/VirtualMedia' } });
    case '/redfish/v1/Managers/1/VirtualMedia':
      return reply(200, { Members: [{ '@odata.id': cd }] });
    default:
      return reply(200, { MediaTypes: ['CD'], Inserted: false, Actions: { '#VirtualMedia.InsertMedia': { target: `${cd}/insert` } } });
  }
}

async function serve(t: TestContext, service: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(service).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function open(origin: string, name: string, password = 'password', cause?: string): Bmc {
  const openBmc = createOpenBmc({ clock, dial: directDial, tls: {} });
  return openBmc({ url: `${origin}/redfish/v1/Systems/${name}`, username: 'admin', password }, cause);
}
