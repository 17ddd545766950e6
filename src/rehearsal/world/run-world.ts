import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../util/errors.ts';
import { serveClock } from '../clock/serve-clock.ts';
import { createWorld } from './create-world.ts';
import type { WorldState } from './control-messages.ts';
import { processStartTicks } from '../../util/process-start-ticks.ts';
import { serveControl } from './serve-control.ts';
import { WorldSpec } from './world-spec.ts';

/** How long a world lives without anybody in it, in real time: whoever was killed may come back, but not for ever. */
const ABANDONED_MS = 30 * 60_000;

export const STATE_FILE = 'world.json';

/**
 * Plays the world of a spec file until it is told to stop, and leaves no file of its own behind.
 *
 * `ready` is called once the state file is written; from then on other processes find it.
 */
export async function runWorld(specFile: string, stateDir: string, ready: () => void): Promise<void> {
  const spec = WorldSpec.parse(JSON.parse(await readFile(specFile, 'utf8')));
  // The spec holds the lab's BMC secret, and is read once.
  await rm(specFile, { force: true });
  // Paths of Unix sockets are short (107 bytes): not below a user's folders.
  const socketDir = await mkdtemp(join(tmpdir(), 'labwright-world-'));
  const stateFile = join(stateDir, STATE_FILE);
  const over = Promise.withResolvers<void>();
  const log = (line: string): void => void process.stdout.write(`${new Date().toISOString()} ${line}\n`);
  const world = await createWorld({ ...spec, log, failed: (error) => over.reject(error instanceof Error ? error : new Error(messageOf(error))) });
  const sitesCaPath = join(socketDir, 'git-ca.pem');
  if (world.sitesCa !== undefined) await writeFile(sitesCaPath, world.sitesCa);
  const registryCaPath = join(socketDir, 'registry-ca.pem');
  if (world.registryCa !== undefined) await writeFile(registryCaPath, world.registryCa);
  const outsideCaPath = join(socketDir, 'outside-ca.pem');
  if (world.outside !== undefined) await writeFile(outsideCaPath, world.outside.ca);
  const state: WorldState = {
    pid: process.pid,
    startTicks: await processStartTicks(process.pid),
    clockSocket: join(socketDir, 'clock.sock'),
    controlSocket: join(socketDir, 'control.sock'),
    ...(world.sitesCa !== undefined && { sitesCaPath }),
    ...(world.registryCa !== undefined && { registryCaPath }),
    ...(world.outside !== undefined && { outside: { caPath: outsideCaPath, proxy: `http://127.0.0.1:${world.outside.proxyPort}` } }),
  };
  const clockServer = await serveClock(world.clock, state.clockSocket, world.dial.dial);
  const control = await serveControl(world, state.controlSocket, over.resolve);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over.resolve());
  let lastSeenMs = Date.now();
  const watchdog = setInterval(() => {
    if (world.clock.participants().length > 1) lastSeenMs = Date.now();
    else if (Date.now() - lastSeenMs > ABANDONED_MS) over.resolve();
  }, 10_000);
  await writeFile(`${stateFile}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${stateFile}.new`, stateFile);
  ready();
  try {
    await over.promise;
  } finally {
    clearInterval(watchdog);
    await rm(stateFile, { force: true });
    clockServer.close();
    control.close();
    await world.close();
    await rm(socketDir, { recursive: true, force: true });
  }
}
