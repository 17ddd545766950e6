import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { copyImage, inspectImage, type ImageDoors } from '../rehearsal/registry/copy-image.ts';
import { messageOf } from '../util/errors.ts';

/** Stands where `skopeo` would on a real jumphost, for `copy` and `inspect --raw` between registries of a world; nobody types it. */
export function skopeoCommand(): Command {
  return new Command('skopeo')
    .description('stand in for skopeo in a rehearsal')
    .argument('<arguments...>')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (given: readonly string[]) => {
      try {
        await run(given);
      } catch (error) {
        process.stderr.write(`level=fatal msg=${JSON.stringify(messageOf(error))}\n`);
        process.exitCode = 1;
      }
    });
}

async function run(given: readonly string[]): Promise<void> {
  const [verb] = given;
  const [source, target] = given.filter((one) => one.startsWith('docker://'));
  const doors = await openDoors(given);
  if (verb === 'inspect' && given.includes('--raw') && source !== undefined) process.stdout.write(await inspectImage(doors, source));
  else if (verb === 'copy' && source !== undefined && target !== undefined) await copyImage(doors, source, target);
  else throw new Error(`this stand-in knows copy and inspect --raw, not ${given.join(' ')}`);
}

/** As skopeo finds them: the proxy and the CAs by variables, the CA of the target by a folder. */
async function openDoors(given: readonly string[]): Promise<ImageDoors> {
  const { HTTPS_PROXY: proxy, SSL_CERT_FILE: caPath } = process.env;
  if (proxy === undefined || caPath === undefined) throw new Error('this stand-in works in a rehearsal of a lab that mirrors only');
  const certDir = given[given.indexOf('--dest-cert-dir') + 1];
  const paths = given.includes('--dest-cert-dir') && certDir !== undefined ? [caPath, join(certDir, 'ca.crt')] : [caPath];
  return { proxy, cas: await Promise.all(paths.map((path) => readFile(path, 'utf8'))) };
}
