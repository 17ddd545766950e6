import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { isLabwrightError, LabwrightError, messageOf } from '../../util/errors.ts';
import { releaseVersionOf } from '../release/synthetic-release.ts';
import { createAgentImage } from './create-agent-image.ts';
import { createCluster, waitForCluster } from './create-cluster.ts';
import { createIgnitionConfigs, createInPlaceIgnition, createManifests } from './create-ignition.ts';
import { gatherBootstrap } from './gather-bootstrap.ts';
import { isMissingFile, LOG_FILE, type Task } from './install-folder.ts';
import { streamOf } from './coreos-stream.ts';

const IMAGE = /^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9][\w.-]*)+(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;
/** The release a stand-in installs when nothing else is asked for. */
const OWN_VERSION = '4.18.0';

/** What is asked for, and what it makes in the folder, by the command's words. */
const COMMANDS: Readonly<Record<string, { readonly asset: string; readonly make: (task: Task) => Promise<number | void> }>> = {
  'agent create image': { asset: 'Agent Installer ISO', make: createAgentImage },
  'create single-node-ignition-config': { asset: 'Single Node Bootstrap In Place Ignition Config', make: createInPlaceIgnition },
  'create manifests': { asset: 'Common Manifests', make: createManifests },
  'create ignition-configs': { asset: 'Ignition Configs', make: createIgnitionConfigs },
  'create cluster': { asset: 'Cluster', make: createCluster },
  'wait-for install-complete': { asset: 'Cluster', make: waitForCluster },
  'gather bootstrap': { asset: 'Log Bundle', make: gatherBootstrap },
};

/** Where a stand-in speaks. */
export interface Speech {
  readonly out: (text: string) => void;
  readonly err: (line: string) => void;
}

/** Its own streams. */
export const PROCESS: Speech = { out: (text) => void process.stdout.write(text), err: (line) => void process.stderr.write(line) };

/**
 * Stands in for `openshift-install COMMAND --dir D`: the commands above, and `coreos print-stream-json`.
 *
 * Reads and consumes the configs of its folder and writes what the real one writes; a state file makes a second run give the
 * same CA. The release comes from OPENSHIFT_INSTALL_RELEASE_IMAGE_OVERRIDE, as for the real one. It claims no wording of it.
 *
 * @returns the exit code; says what it did line by line.
 */
export async function runOpenshiftInstall(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
  { out, err }: Speech = PROCESS,
): Promise<number> {
  const say = (level: 'info' | 'error' | 'fatal', message: string): void => err(`level=${level} msg=${JSON.stringify(message)}\n`);
  const dirAt = argv.indexOf('--dir');
  const dir = dirAt < 0 ? undefined : argv[dirAt + 1];
  const options = argv.findIndex((one) => one.startsWith('--'));
  const words = argv.slice(0, options < 0 ? argv.length : options).join(' ');
  const command = Object.hasOwn(COMMANDS, words) ? COMMANDS[words] : undefined;
  try {
    const version = versionOf(env['OPENSHIFT_INSTALL_RELEASE_IMAGE_OVERRIDE']);
    if (words === 'coreos print-stream-json') {
      out(`${JSON.stringify(streamOf(version), null, 2)}\n`);
      return 0;
    }
    if (command === undefined || dir === undefined) {
      say('error', `unknown command "${argv.join(' ')}": this stand-in knows ${Object.keys(COMMANDS).join(', ')}, each with --dir DIR`);
      return 1;
    }
    return (await command.make({ dir, version, env, say: (message) => say('info', message) })) ?? 0;
  } catch (error) {
    if (!isLabwrightError(error) && !isMissingFile(error)) throw error;
    const message = `failed to write asset (${command?.asset ?? words}) to disk: ${messageOf(error)}`;
    say('fatal', message);
    if (dir !== undefined && existsSync(dir)) appendFileSync(join(dir, LOG_FILE), `level=fatal msg=${JSON.stringify(message)}\n`);
    return 3;
  }
}

/** `host[:port]/path[:tag][@digest]`, of which a version is read where there is one. @throws LabwrightError `bad_input` */
function versionOf(image: string | undefined): string {
  if (image === undefined) return OWN_VERSION;
  if (!IMAGE.test(image)) throw new LabwrightError('bad_input', `OPENSHIFT_INSTALL_RELEASE_IMAGE_OVERRIDE is no image: ${JSON.stringify(image)}`);
  return releaseVersionOf(image) ?? OWN_VERSION;
}
