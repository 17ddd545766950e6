import { Command } from 'commander';
import { clusterOf } from '../lab/claims/change-claims.ts';
import { LabHosts } from '../machines/doors/lab-hosts.ts';
import { keepKubeconfig, readKubeconfig } from '../machines/reach/kubeconfigs.ts';
import { readTextFile } from '../util/read-text-file.ts';
import { interruptSignal } from './interrupt-signal.ts';
import { planLabFile } from './plan-lab-file.ts';

interface Flags {
  readonly lab: string;
  readonly keep?: string;
}

const MAX_BYTES = 1024 * 1024;
const EXAMPLES = `
Jobs that install a cluster keep its kubeconfig on the jumphost (/var/lib/labwright/labs/LAB/kubeconfigs, 0600). lab destroy removes it.

Examples:
  labwright lab kubeconfig cluster1 --lab my-lab > cluster1.kubeconfig     mind who can read that file
  labwright lab kubeconfig cluster1 --lab my-lab --keep cluster1.kubeconfig
`;

/** `labwright lab kubeconfig CLUSTER`. */
export function labKubeconfigCommand(): Command {
  return new Command('kubeconfig')
    .description('print the kubeconfig of a cluster, which the jumphost keeps, or keep one there')
    .argument('<cluster>', 'as the lab file names it')
    .option('--lab <path>', 'a lab file, or a folder with lab.yml in it', '.')
    .option('--keep <file>', 'keep this one on the jumphost instead')
    .addHelpText('after', EXAMPLES)
    .action(kubeconfig);
}

async function kubeconfig(name: string, { lab, keep }: Flags): Promise<void> {
  const { plan } = (await planLabFile(lab)).result;
  if (!plan) {
    process.exitCode = 2;
    return;
  }
  const cluster = clusterOf(plan, name).name;
  await using hosts = new LabHosts(plan);
  const { exec } = hosts.jumphost;
  if (keep === undefined) process.stdout.write(await readKubeconfig(exec, plan, cluster, interruptSignal()));
  else {
    const text = await readTextFile(keep, { maxBytes: MAX_BYTES, hint: 'name a kubeconfig' });
    await keepKubeconfig(exec, plan, cluster, text, interruptSignal());
  }
}
