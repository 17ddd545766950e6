// The registry of a lab, set up by `lab prepare` with Debian's docker-registry on a copy of this machine; pushed to, pulled from, and broken.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { withRegistryLogin } from '../../src/agent/registry-login.ts';
import { createRegistryClient } from '../../src/hub/mirror/registry-client.ts';
import { EMPTY_LOCK } from '../../src/lab/lock.ts';
import { planLab } from '../../src/lab/plan-lab.ts';
import { probeRegistry } from '../../src/machines/preflight/registry-probe.ts';
import { prepareHost } from '../../src/machines/prepare/prepare-lab.ts';
import { REQUIREMENTS } from '../../src/machines/prepare/requirements.ts';
import { httpStoreFiles } from '../../src/render/http-store-config.ts';
import { registryFiles } from '../../src/render/registry-config.ts';
import { realSleep, systemClock } from '../../src/util/clock.ts';
import { localExec, run, type Exec } from '../../src/util/exec.ts';
import { listenOnLoopback } from '../../src/util/listen-on-loopback.ts';
import { registryObstacle } from '../mirror/real-registry.ts';
import { boxObstacle } from './packages.ts';

const skip = boxObstacle() ?? (await registryObstacle()) ?? false;
const silent = { stage: () => undefined, line: () => undefined, ended: () => undefined };

test('a jumphost whose lab file says serve: true has a registry with TLS and a password, which is mended when it breaks', { skip }, async (t) => {
  const { exec, path } = await copyOfThisMachine(t);
  const plan = await planWithRegistry();
  const target = { plan, host: 'jumphost', role: 'jumphost' } as const;
  const options = { targets: [], skip: [...REQUIREMENTS.map(({ id }) => id), 'HTTP-STORE'], check: false, signal: AbortSignal.timeout(120_000) };
  const prepare = async (): Promise<string[]> => {
    const results = await prepareHost({ name: 'jumphost', exec, freshExec: exec }, target, options, silent);
    return results.map((one) => `${one.name} ${one.status}: ${one.status === 'failed' ? one.error.message : one.detail}`);
  };
  const files = registryFiles(plan);

  assert.deepEqual(await prepare(), ['REGISTRY done: it is not set up']);
  assert.deepEqual(await prepare(), [], 'nothing the second time');
  assert.match((await exec(['stat', '-c', '%a %U', files.password, `${files.folder}/ca.key`])).stdout, /^600 root\n600 root$/m);
  const owner = (await exec(['sh', '-c', `ps -o user= -p "$(cat /run/${files.unit}.pid)"`])).stdout.trim();
  assert.match(owner, /^docker-r/);

  const read = async (file: string): Promise<string> => (await exec(['cat', file])).stdout;
  const ca = await read(files.ca);
  const port = plan.jumphost.services.registry!.port;
  const login = withRegistryLogin(plan, '{"auths":{}}', (await read(files.password)).trim())!;
  const host = `registry.${plan.domain}:${port}`;
  const client = (pullSecret: string, trusted = ca) =>
    createRegistryClient({ clock: systemClock, dial: () => Promise.resolve({ host: '127.0.0.1', port }), ca: trusted, pullSecret });
  const image = `${host}/team/app:1.0`;
  const asked = (one: ReturnType<typeof client>): Promise<string | undefined> => one.manifestDigest(image, options.signal);
  assert.equal(await asked(client(login)), undefined);
  await assert.rejects(asked(client('{}')), { code: 'unauthorized' });
  await push(path, { login, ca, port });
  assert.match((await asked(client(login)))!, /^sha256:[0-9a-f]{64}$/);

  const probed = async (): Promise<number | undefined> => (await probeRegistry(exec, plan, options.signal))?.status;
  assert.equal(await probed(), 200);
  await exec(['sh', '-c', `cp ${files.password} /run/password && echo another >${files.password}`]);
  assert.equal(await probed(), 401);
  await exec(['sh', '-c', `cat /run/password >${files.password}`]);

  await exec(['sh', '-c', `kill "$(cat /run/${files.unit}.pid)"`]);
  await realSleep(500);
  assert.equal(await probed(), 0);
  assert.deepEqual(await prepare(), ['REGISTRY done: it does not run']);
  await exec(['sh', '-c', `echo '# by hand' >>${files.config}`]);
  assert.deepEqual(await prepare(), ['REGISTRY done: its configuration is another']);
  await exec(['rm', files.certificate]);
  assert.deepEqual(await prepare(), ['REGISTRY done: its certificate ends within a month']);
  assert.equal(await read(files.ca), ca, 'clusters have this CA');
  assert.match((await asked(client(login)))!, /^sha256:/, 'what was pushed is still there, under the same password');
});

test('its HTTP store gives out what is in its folder, with ranges', { skip }, async (t) => {
  const { exec } = await copyOfThisMachine(t);
  const plan = await planWithRegistry();
  const target = { plan, host: 'jumphost', role: 'jumphost' } as const;
  const options = { targets: [], skip: [...REQUIREMENTS.map(({ id }) => id), 'REGISTRY'], check: false, signal: AbortSignal.timeout(120_000) };
  const prepare = async (): Promise<string[]> => {
    const results = await prepareHost({ name: 'jumphost', exec, freshExec: exec }, target, options, silent);
    return results.map((one) => `${one.name} ${one.status}: ${one.status === 'failed' ? one.error.message : one.detail}`);
  };
  assert.match((await prepare()).join(), /^HTTP-STORE done: (it is not set up|nginx is not installed)$/);
  assert.deepEqual(await prepare(), []);
  const { port, root } = plan.jumphost.services.httpStore!;
  await exec(['sh', '-c', `mkdir -p ${root}/rhcos/4.18 && echo 0123456789 >${root}/rhcos/4.18/rhcos-live-iso.x86_64.iso`]);
  const url = `http://127.0.0.1:${port}/rhcos/4.18/rhcos-live-iso.x86_64.iso`;
  assert.equal((await localExec(['curl', '--silent', '--fail', '--range', '2-4', url])).stdout, '234');
  await exec(['sh', '-c', `kill "$(cat ${httpStoreFiles(plan).pid})"`]);
  await realSleep(500);
  assert.deepEqual(await prepare(), ['HTTP-STORE done: it does not run']);
  await exec(['sh', '-c', `echo '# by hand' >>${httpStoreFiles(plan).config}`]);
  assert.deepEqual(await prepare(), ['HTTP-STORE done: its configuration is another']);
  assert.equal((await localExec(['curl', '--silent', '--fail', url])).stdout, '0123456789\n');
});

async function planWithRegistry() {
  const [port, storePort] = [await freePort(), await freePort()];
  const text = `
lab: box
domain: box.lab
jumphost: {address: 192.168.77.1, nic: eno2, services: {registry: {port: ${port}, root: /var/lib/labwright-registry, serve: true}, http_store: {port: ${storePort}, root: /var/www/box, serve: true}}}
networks:
  baremetal: {cidr: 192.168.77.0/24, bridge: br0}
servers:
  server1: {address: 192.168.77.2, nic: eno2, cpus: 4, memory: 8GiB, disk: 100GiB}
clusters: {}
`;
  const { plan, diagnostics } = planLab('lab.yml', text, EMPTY_LOCK);
  assert.ok(plan, JSON.stringify(diagnostics));
  return { ...plan, jumphost: { ...plan.jumphost, address: '127.0.0.1' } };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** An image with one layer, pushed by skopeo as anybody would. */
async function push(folder: string, { login, ca, port }: { readonly login: string; readonly ca: string; readonly port: number }): Promise<void> {
  const layout = join(folder, 'image');
  mkdirSync(join(folder, 'certs'));
  writeFileSync(join(folder, 'certs/ca.crt'), ca);
  writeFileSync(join(folder, 'auth.json'), login.replaceAll('registry.box.lab', '127.0.0.1'));
  mkdirSync(layout);
  writeFileSync(join(folder, 'file'), 'content');
  await localExec(['tar', '-C', folder, '-cf', join(folder, 'layer.tar'), 'file']);
  await localExec(['sh', '-euc', LAYOUT, 'sh', layout, join(folder, 'layer.tar')]);
  const options = ['--authfile', join(folder, 'auth.json'), '--dest-cert-dir', join(folder, 'certs')];
  await localExec(['skopeo', 'copy', ...options, `dir:${layout}`, `docker://127.0.0.1:${port}/team/app:1.0`]);
}

/** A folder as skopeo's transport `dir:` has it. */
const LAYOUT = String.raw`cd "$1"
sum() { sha256sum "$1" | cut -d' ' -f1; }
layer=$(sum "$2"); cp "$2" "$layer"
printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$layer" >config
config=$(sum config); size=$(wc -c <config); mv config "$config"
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%d},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:%s","size":%d}]}' "$config" "$size" "$layer" "$(wc -c <"$layer")" >manifest.json
printf 'Directory Transport Version: 1.1\n' >version`;

/** This machine with a layer over its files, and without systemd: what is made there is gone with the test, what is started ends with it. */
async function copyOfThisMachine(t: TestContext): Promise<{ readonly exec: Exec; readonly path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'lwreg-'));
  await localExec(['mount', '-t', 'tmpfs', 'tmpfs', folder]);
  for (const layer of ['upper', 'work', 'root', 'outside']) mkdirSync(join(folder, layer));
  const hold = `cd "$1"
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work overlay root
mount -t proc proc root/proc; mount --rbind /dev root/dev; mount -t tmpfs tmpfs root/run
echo ready; exec sleep 600`;
  const holder = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-euc', hold, 'sh', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const enter = ['nsenter', '--target', String(holder.pid), '--mount', `--wdns=${folder}`, 'chroot', join(folder, 'root')];
  const exec: Exec = (command, options) => run('jumphost', command, [...enter, ...command], options ?? {});
  const gone = new Promise((resolve) => holder.once('exit', resolve));
  t.after(async () => {
    // Hooks run in the order they are given: what was started goes while the way in is there.
    await exec(['sh', '-c', 'for file in /run/*.pid; do [ ! -e "$file" ] || kill "$(cat "$file")"; done'], { okExitCodes: [0, 1] });
    holder.kill();
    await gone;
    await localExec(['umount', '--lazy', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('exit', (code) => reject(new Error(`the copy ended with ${code}`)));
  });
  return { exec, path: join(folder, 'outside') };
}
