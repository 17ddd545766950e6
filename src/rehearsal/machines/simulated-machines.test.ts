import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createOpenBmc } from '../../machines/bmc/redfish-client.ts';
import { createRedfishService } from '../../machines/bmc/redfish-service.ts';
import type { Bmc } from '../../machines/bmc/bmc.ts';
import { fakeClock, realSleep } from '../../util/clock.ts';
import { directDial } from '../../util/dial.ts';
import { isLabwrightError } from '../../util/errors.ts';
import type { FaultName } from '../faults.ts';
import type { Boot } from './machines.ts';
import { createSimulatedMachines } from './simulated-machines.ts';

const spec = {
  name: 'm0',
  uuid: '6f1c2a00-0000-4000-8000-000000000001',
  mac: '52:54:00:00:00:01',
  address: '192.0.2.1',
  vcpus: 8,
  memoryMiB: 16384,
  disks: [{ sizeGiB: 120, serial: 'm0-d0' }],
  username: 'admin',
  password: 'right:one',
};
const ISO = 'http://images.example/discovery';

test('the sequence of a deployment boots the ISO once, then the disk', async (t) => {
  const world = await start(t);
  const bmc = world.open('wave/install');
  await bmc.reset('ForceOff');
  await bmc.ejectMedia();
  await bmc.insertMedia(ISO);
  await bmc.bootOnce('Cd');
  await bmc.reset('On');
  assert.equal(await bmc.power(), 'On');
  assert.deepEqual(await bmc.media(), { inserted: true, image: ISO });

  const first = await world.nextBoot();
  assert.equal(first.from.kind === 'iso' && first.from.content.toString(), `content of ${ISO}`);
  first.machine.writeDisk({ cluster: 'c1', hostname: 'm0', data: {} });
  first.machine.guestReboot();
  assert.ok(first.signal.aborted);

  const second = await world.nextBoot();
  assert.equal(second.from.kind, 'disk');
  await bmc.ejectMedia();
  assert.deepEqual(
    world.machines.powerLog.map(({ machine, event, cause }) => [machine, event, cause]),
    [['m0', 'on', 'wave/install']],
  );
});

test('Once is honoured over an installed disk and spent by the boot', async (t) => {
  const world = await start(t);
  world.machines.byName('m0')?.writeDisk({ cluster: 'old', hostname: 'm0', data: {} });
  const bmc = world.open();
  await bmc.insertMedia(ISO);
  await bmc.bootOnce('Cd');
  await bmc.reset('On');
  assert.equal((await world.nextBoot()).from.kind, 'iso');
  await bmc.reset('ForceRestart');
  assert.equal((await world.nextBoot()).from.kind, 'disk');
});

test('the power log has who asked, and a restart of a machine that is off turns it on', async (t) => {
  const world = await start(t);
  await world.open('a/one').reset('ForceRestart');
  await world.open('a/two').reset('ForceRestart');
  await world.open().reset('ForceOff');
  assert.deepEqual(
    world.machines.powerLog.map(({ event, cause }) => [event, cause]),
    [
      ['on', 'a/one'],
      ['reset', 'a/two'],
      ['off', null],
    ],
  );
});

test('a wrong password is unauthorized and names the machine', async (t) => {
  const world = await start(t);
  await assert.rejects(
    world.open(undefined, 'wrong').power(),
    (error) => isLabwrightError(error) && error.code === 'unauthorized' && error.message.includes(spec.uuid),
  );
  world.faults.set('m0', 'bmc-password');
  await assert.rejects(world.open().power(), { code: 'unauthorized' });
});

test('a host that never boots takes power and starts no guest', async (t) => {
  const world = await start(t);
  world.faults.set('m0', 'host-never-boots');
  const bmc = world.open();
  await bmc.insertMedia(ISO);
  await bmc.reset('On');
  await assert.rejects(world.nextBoot(), /did not boot/);
  assert.equal(await bmc.power(), 'On');
});

test('an address where nothing listens is unreachable', async () => {
  const open = createOpenBmc({ clock: fakeClock(), dial: () => Promise.resolve(undefined), tls: {} });
  await assert.rejects(open({ url: 'redfish-virtualmedia+https://bmc.example/redfish/v1/Systems/x', username: 'a', password: 'b' }).power(), {
    code: 'unreachable',
  });
});

test('the roots are open, an unknown reset is 400, eject without a body or media is 204, names work like UUIDs', async (t) => {
  const { origin } = await start(t);
  const headers = { Authorization: `Basic ${Buffer.from('admin:right:one').toString('base64')}` };
  const status = async (path: string, init: RequestInit = {}): Promise<number> => (await fetch(origin + path, { redirect: 'error', ...init })).status;
  assert.equal(await status('/redfish'), 200);
  assert.equal(await status('/redfish/v1/'), 200);
  assert.equal(await status('/redfish/v1/Systems'), 401);
  assert.equal(await status('/redfish/v1/Systems/m0', { headers }), 200);
  assert.equal(await status('/redfish/v1/Systems/m0/Actions/ComputerSystem.Reset', { headers, method: 'POST', body: '{"ResetType":"Explode"}' }), 400);
  for (const kind of ['Systems', 'Managers']) {
    assert.equal(await status(`/redfish/v1/${kind}/m0/VirtualMedia/Cd/Actions/VirtualMedia.EjectMedia`, { headers, method: 'POST' }), 204);
  }
});

async function start(t: TestContext) {
  const clock = fakeClock();
  const faults = new Map<string, FaultName>();
  const { machines, backend } = createSimulatedMachines({ clock, seed: 1, faults, fetchIso: (url) => Promise.resolve(Buffer.from(`content of ${url}`)) }, [
    spec,
  ]);
  const server = createServer(createRedfishService(backend)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const openBmc = createOpenBmc({ clock, dial: directDial, tls: {} });
  const boots: Boot[] = [];
  machines.onBoot((boot) => boots.push(boot));
  return {
    origin,
    machines,
    faults,
    open: (cause?: string, password = spec.password): Bmc =>
      openBmc({ url: `redfish-virtualmedia+${origin}/redfish/v1/Systems/${spec.uuid}`, username: spec.username, password }, cause),
    /** Lets the firmware run and gives the boot that follows. */
    async nextBoot(): Promise<Boot> {
      clock.advance(60_000);
      await realSleep(5);
      const boot = boots.shift();
      assert.ok(boot, 'the machine did not boot');
      return boot;
    },
  };
}
