import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { realSleep } from '../../util/clock.ts';
import { LabwrightError } from '../../util/errors.ts';
import { packageRoot } from '../../util/package-root.ts';
import { joinClock } from '../clock/join-clock.ts';
import { PARTICIPANT_HEADER } from '../clock/traffic.ts';
import type { PowerEvent } from '../machines/machines.ts';
import type { WorldHandle } from '../world-handle.ts';
import { askControl } from '../ask-control.ts';
import { WorldState, type ControlRequest } from './control-messages.ts';
import { processStartTicks } from '../../util/process-start-ticks.ts';
import { STATE_FILE } from './run-world.ts';
import type { Mutation } from './world-deps.ts';
import type { WorldSpec } from './world-spec.ts';

const PARTICIPANT = 'agent';
const STOP_MS = 10_000;

/**
 * Starts a world in a process of its own and joins it as the participant `agent`.
 *
 * `stateDir` gets its state file, by which `findWorld` finds it again, and `world.log`. The process outlives this one
 * unless `stop` is called.
 *
 * @throws LabwrightError `exec_failed` with the end of its log when it does not come up; the signal's reason when that is
 * aborted before it has.
 */
export async function startWorld(options: { readonly stateDir: string; readonly spec: WorldSpec }, signal?: AbortSignal): Promise<WorldHandle> {
  const { stateDir, spec } = options;
  await mkdir(stateDir, { recursive: true });
  const specFile = join(stateDir, 'world-spec.json');
  const logFile = join(stateDir, 'world.log');
  await endWorld(stateDir);
  await writeFile(specFile, JSON.stringify(spec), { mode: 0o600 });
  const log = await open(logFile, 'a', 0o600);
  try {
    const child = spawn(process.execPath, [join(packageRoot(), 'bin/labwright.js'), 'rehearsal', 'world', '--spec', specFile, '--state-dir', stateDir], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
    });
    const onAbort = (): void => void child.kill();
    signal?.addEventListener('abort', onAbort, { once: true });
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('error', reject);
      child.once('exit', (code, signal) => reject(new Error(`it ended with ${signal ?? code}`)));
    });
    signal?.removeEventListener('abort', onAbort);
    child.removeAllListeners();
    child.disconnect();
    child.unref();
  } catch (cause) {
    signal?.throwIfAborted();
    const lines = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-5).join('\n');
    throw new LabwrightError('exec_failed', `the rehearsal world did not come up: ${lines}`, { cause, hint: `look at ${logFile}` });
  } finally {
    await log.close();
  }
  const found = await findWorld(stateDir);
  if (!found) throw new LabwrightError('unreachable', 'the rehearsal world ended as it came up', { hint: `look at ${logFile}` });
  return found;
}

/** The world that an earlier process left running; undefined when there is none (any more). */
export async function findWorld(stateDir: string): Promise<WorldHandle | undefined> {
  const state = await readState(join(stateDir, STATE_FILE));
  if (!state || state.startTicks === '' || (await processStartTicks(state.pid)) !== state.startTicks) return undefined;
  const joined = await joinClock(state.clockSocket, PARTICIPANT);
  const ask = (message: ControlRequest): Promise<unknown> => joined.clock.during(askControl(state.controlSocket, message));
  return {
    clock: joined.clock,
    dial: joined.dial,
    publish: async (address, listener) => void (await ask({ type: 'publish', address, listener })),
    powerLog: async () => (await ask({ type: 'power-log' })) as readonly PowerEvent[],
    mutations: async () => (await ask({ type: 'mutations' })) as readonly Mutation[],
    headers: { [PARTICIPANT_HEADER]: PARTICIPANT },
    hubKubeconfig: async (hub) => ((await ask({ type: 'hub-kubeconfig', hub })) as string | null) ?? undefined,
    controlSocket: state.controlSocket,
    sitesCaPath: state.sitesCaPath,
    registryCaPath: state.registryCaPath,
    outside: state.outside,
    mirrorSources: async () => (await ask({ type: 'mirror-sources' })) as readonly string[],
    destinations: async () => (await ask({ type: 'destinations' })) as readonly string[],
    sitesHead: async () => ((await ask({ type: 'sites-head' })) as string | null) ?? undefined,
    died: joined.lost,
    async stop() {
      await ask({ type: 'stop' });
      joined.leave();
      await ended(state);
    },
    leave() {
      joined.leave();
      return Promise.resolve();
    },
  };
}

/** Ends the world of a state file without joining it, and removes what a killed one could not. */
export async function endWorld(stateDir: string): Promise<void> {
  const state = await readState(join(stateDir, STATE_FILE));
  if (!state) return;
  if (state.startTicks !== '' && (await processStartTicks(state.pid)) === state.startTicks) {
    process.kill(state.pid, 'SIGTERM');
    await ended(state);
  }
  await rm(dirname(state.controlSocket), { recursive: true, force: true });
  await rm(join(stateDir, STATE_FILE), { force: true });
}

/** A world takes its files with it; whoever stops it must not remove them under its hands. */
async function ended({ pid, startTicks }: WorldState): Promise<void> {
  for (const giveUpMs = Date.now() + STOP_MS; Date.now() < giveUpMs;) {
    if ((await processStartTicks(pid)) !== startTicks) return;
    await realSleep(20);
  }
  throw new LabwrightError('timed_out', `the rehearsal world did not end within ${STOP_MS / 1000} s`, { hint: `end process ${pid} yourself` });
}

async function readState(path: string): Promise<WorldState | undefined> {
  try {
    return WorldState.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
