import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { readClaims } from '../machines/claims-store.ts';
import { LabHosts } from '../machines/doors/lab-hosts.ts';
import { machineOfName } from '../machines/reach/machine-of-name.ts';
import { knownHostsFolder } from '../machines/reach/forget-host-keys.ts';
import { observeGenerations } from '../machines/reach/generations.ts';
import { sshConfig } from '../machines/reach/ssh-config.ts';
import type { LabPlan } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';
import { interruptSignal } from './interrupt-signal.ts';
import { planLabFile } from './plan-lab-file.ts';

export interface ReachableLab {
  readonly plan: LabPlan;
  /** Host names of nodes that can be reached now: their servers were asked. */
  readonly generations: ReadonlyMap<string, string>;
  readonly config: string;
  /** Where the configuration is kept for `ssh -F`. */
  readonly configPath: string;
  readonly knownHostsDir: string;
}

/**
 * The ssh configuration of the lab at PATH, with the host keys of each machine's present generation; `name` asks for that one
 * machine, or for a host, only. @returns undefined after a mistake in the files; the exit code is set.
 */
export async function reachLab(path: string, user: string, name?: string): Promise<ReachableLab | undefined> {
  const { result, claimsPath, labPath } = await planLabFile(path);
  const { plan } = result;
  if (!plan) {
    process.exitCode = 2;
    return undefined;
  }
  const knownHostsDir = knownHostsFolder(labPath);
  const folder = dirname(knownHostsDir);
  mkdirSync(knownHostsDir, { recursive: true, mode: 0o700 });
  const isHost = [plan.jumphost, ...plan.servers].some((host) => host.name === name);
  const machines = new Set(isHost ? [] : name === undefined ? plan.machines.map((one) => one.name) : [machineOfName(plan, name).name]);
  await using hosts = new LabHosts(plan);
  const claims = readClaims(claimsPath, plan.lab);
  const generations = await observeGenerations(hosts, { plan, claims }, machines, interruptSignal());
  const config = sshConfig(plan, { user, onJumphost: hosts.onJumphost, generations, knownHostsDir });
  const configPath = join(folder, name === undefined ? 'config' : `config.${name.replaceAll('/', '_')}`);
  writeFileSync(configPath, config, { mode: 0o600 });
  return { plan, generations, config, configPath, knownHostsDir };
}

/** Runs a program on the user's terminal until it ends, and ends as it did. */
export async function handOver(argv: readonly string[]): Promise<void> {
  const [file, ...args] = argv;
  const child = spawn(file!, args, { stdio: 'inherit' });
  // Ctrl-C on a terminal is meant for it.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => undefined);
  process.exitCode = await new Promise<number>((done, failed) => {
    child.on('error', (cause) =>
      failed(new LabwrightError('exec_failed', `${file} cannot be started: ${cause.message}`, { hint: `is ${file} installed?`, cause })),
    );
    child.on('exit', (code, signal) => done(code ?? 128 + constants.signals[signal!]));
  });
}
