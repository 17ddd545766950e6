import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { isLabwrightError, LabwrightError, messageOf } from '../../util/errors.ts';
import { liveImageAt } from './coreos-stream.ts';
import { isIgnition } from './ignition.ts';
import { readLiveIso, type LiveIso } from './live-iso.ts';

/** Its commands by their words; options are the real one's (coreos-installer's documentation, docs/cmd). */
const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<string>>> = {
  download,
  'iso ignition embed': embed,
  'iso customize': customize,
};

/** Stands in for `coreos-installer`, for the three commands above, on files that stand for live images. @returns the exit code. */
export async function runCoreosInstaller(argv: readonly string[], err: (line: string) => void = (line) => void process.stderr.write(line)): Promise<number> {
  const words = Object.keys(COMMANDS).find((one) => argv.join(' ').startsWith(`${one} `));
  try {
    if (words === undefined) throw new LabwrightError('bad_input', `this stand-in knows ${Object.keys(COMMANDS).join(', ')}, not ${argv.join(' ')}`);
    err(`${await COMMANDS[words]!(argv.slice(words.split(' ').length))}\n`);
    return 0;
  } catch (error) {
    const isMine = isLabwrightError(error) || (error instanceof Error && 'code' in error);
    if (!isMine) throw error;
    err(`Error: ${messageOf(error)}\n`);
    return 1;
  }
}

async function download(args: readonly string[]): Promise<string> {
  const { values } = parseArgs({
    args: [...args],
    options: { 'image-url': { type: 'string', short: 'u' }, insecure: { type: 'boolean' }, directory: { type: 'string', short: 'C', default: '.' } },
  });
  const url = values['image-url'] ?? '';
  const content = liveImageAt(url);
  if (content === undefined) throw new LabwrightError('not_found', `fetching '${url}': HTTP status client error (404 Not Found)`);
  const path = join(values.directory, basename(new URL(url).pathname));
  await writeFile(path, content);
  return path;
}

async function embed(args: readonly string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { force: { type: 'boolean', short: 'f' }, 'ignition-file': { type: 'string', short: 'i' }, output: { type: 'string', short: 'o' } },
  });
  const [iso = ''] = positionals;
  const image = await pristine(iso, values.force ?? false);
  return write(values.output ?? iso, { ...image, live: await ignition(values['ignition-file'] ?? '') }, values.output === undefined);
}

async function customize(args: readonly string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      force: { type: 'boolean', short: 'f' },
      'live-ignition': { type: 'string' },
      'dest-ignition': { type: 'string' },
      'dest-device': { type: 'string' },
      'network-nmstate': { type: 'string' },
      output: { type: 'string', short: 'o' },
    },
  });
  const { 'live-ignition': live, 'dest-ignition': dest, 'dest-device': device, 'network-nmstate': nmstate, output } = values;
  const [iso = ''] = positionals;
  const image = await pristine(iso, values.force ?? false);
  // The real one leaves the device to other means; here there are none.
  if ((dest === undefined) !== (device === undefined)) throw new LabwrightError('bad_input', '--dest-ignition and --dest-device go together');
  const next: LiveIso = {
    ...image,
    ...(live !== undefined && { live: await ignition(live) }),
    ...(dest !== undefined && device !== undefined && { destination: { ignition: await ignition(dest), device } }),
    ...(nmstate !== undefined && { network: await readFile(nmstate, 'utf8') }),
  };
  return write(output ?? iso, next, output === undefined);
}

/** Without `force` an image that somebody has changed already is refused, as by the real one. */
async function pristine(path: string, force: boolean): Promise<LiveIso> {
  const image = readLiveIso(await readFile(path));
  if (image === undefined) throw new LabwrightError('bad_input', `${path} is no live image of CoreOS`);
  const { kind, version, ...changes } = image;
  if (Object.keys(changes).length > 0 && !force) throw new LabwrightError('conflict', `${path} is customized already: use --force`);
  return { kind, version };
}

async function ignition(path: string): Promise<string> {
  const text = await readFile(path, 'utf8');
  if (!isIgnition(text)) throw new LabwrightError('bad_input', `${path} is no Ignition configuration`);
  return text;
}

async function write(path: string, image: LiveIso, replaces: boolean): Promise<string> {
  if (!replaces && existsSync(path)) throw new LabwrightError('conflict', `opening ${path}: file exists`);
  await writeFile(path, JSON.stringify(image), { mode: 0o600 });
  return path;
}
