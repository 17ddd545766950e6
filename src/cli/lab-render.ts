import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { labPaths } from '../machines/lab-paths.ts';
import { renderLab } from '../render/lab-files.ts';
import { closest } from '../util/closest.ts';
import { LabwrightError, messageOf } from '../util/errors.ts';
import { planLabFile } from './plan-lab-file.ts';

const EXAMPLES = `
Without FILE it lists the names. lab apply puts dnsmasq, bridges, networks and domains in place itself; chrony, the firewall, and what makes bonds and outlives a
reboot (nmstate) are for you or your configuration management to apply. Where a secret belongs stands {"auths":{}}, and CLUSTER-IMAGE-SET for that name.

Examples:
  labwright lab render my-lab                                    what there is
  labwright lab render my-lab jumphost/nftables.nft | nft -c -f -
  labwright lab render my-lab server01/nmstate.yml
  labwright lab render my-lab --out rendered                     all of it
`;

/** `labwright lab render PATH [FILE] [--out DIR]`. */
export function labRenderCommand(): Command {
  return new Command('render')
    .description('print what other programs read of a lab: dnsmasq, chrony, nftables or firewalld, nmstate, libvirt, agent-config, …; contacts nothing')
    .argument('<path>', 'a lab file, or a folder with lab.yml in it')
    .argument('[file]', 'one of the names')
    .option('--out <dir>', 'write all of them below this folder')
    .addHelpText('after', EXAMPLES)
    .action(render);
}

async function render(path: string, file: string | undefined, options: { readonly out?: string }): Promise<void> {
  const { plan } = (await planLabFile(path)).result;
  if (!plan) {
    process.exitCode = 2;
    return;
  }
  const files = renderLab(plan, labPaths(plan));
  if (options.out !== undefined) await writeAll(options.out, files);
  else if (file === undefined) process.stdout.write(`${[...files.keys()].join('\n')}\n`);
  else process.stdout.write(textOf(files, file));
}

function textOf(files: ReadonlyMap<string, string>, file: string): string {
  const text = files.get(file);
  if (text !== undefined) return text;
  const near = closest(file, files.keys());
  throw new LabwrightError('bad_input', `nothing is rendered as ${file}`, {
    hint: near === undefined ? 'run the same without a file: it lists the names' : `did you mean ${near}?`,
  });
}

async function writeAll(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  try {
    for (const [name, text] of files) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
  } catch (cause) {
    throw new LabwrightError('bad_input', `cannot write below ${folder}: ${messageOf(cause)}`, { hint: 'name a folder that you may write to', cause });
  }
  process.stdout.write(`Wrote ${files.size} files below ${folder}.\n`);
}
