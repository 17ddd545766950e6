import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { runProgram } from './run-installer.ts';

/** What is put into a live image of RHCOS (coreos-installer, `iso customize`). */
export interface Customization {
  /** Ignition of the live system itself. */
  readonly liveIgnition?: string;
  /** The live system installs to this device by itself, with this ignition for what it installs. */
  readonly destination?: { readonly ignition: string; readonly device: string };
  /** nmstate, of the live system and of what it installs; undefined: DHCP. */
  readonly network?: object | undefined;
}

/** Makes an image at `path` from a live one, once: whatever lies there is whole. */
export async function customizeImage(
  input: ActionInput,
  deps: ActionDeps,
  context: StepContext,
  { live, path, ...what }: Customization & { readonly live: string; readonly path: string },
): Promise<void> {
  if (existsSync(path)) return context.log(`${path} is there already`);
  const unfinished = `${path}.unfinished`;
  const network = `${path}.nmstate.yaml`;
  await deps.clock.during(rm(unfinished, { force: true }));
  if (what.network) await deps.clock.during(writeFile(network, stringify(what.network), { mode: 0o600 }));
  const { liveIgnition, destination } = what;
  const args = [
    'iso',
    'customize',
    ...(liveIgnition === undefined ? [] : ['--live-ignition', liveIgnition]),
    ...(destination === undefined ? [] : ['--dest-ignition', destination.ignition, '--dest-device', destination.device]),
    ...(what.network ? ['--network-nmstate', network] : []),
    '--output',
    unfinished,
    live,
  ];
  await runProgram(input, deps, context, { program: deps.coreosInstaller, args, makes: 'ImageCustomized' });
  await deps.clock.during(rename(unfinished, path));
}
