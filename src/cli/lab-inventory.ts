import { Command, Option } from 'commander';
import { renderIpiInventory } from '../render/inventory/ipi.ts';
import { planLabFile } from './plan-lab-file.ts';

const EXAMPLES = `
BMC passwords are not printed: the inventory looks them up in LABWRIGHT_BMC_PASSWORD when Ansible runs.

Examples:
  labwright lab inventory cluster1 --lab my-lab --provisioner 192.168.21.5 > hosts.yml
`;

interface Flags {
  readonly lab: string;
  readonly provisioner?: string;
}

/** `labwright lab inventory CLUSTER`. */
export function labInventoryCommand(): Command {
  return new Command('inventory')
    .description("print a cluster's Ansible inventory for dci-openshift-agent; contacts and writes nothing")
    .argument('<cluster>', 'a cluster of the lab')
    .option('--lab <path>', 'a lab file, or a folder with lab.yml in it', '.')
    .option('--provisioner <address>', 'the machine that the IPI installer runs on, where the cluster has none of its own')
    .addOption(new Option('--format <format>', 'how the cluster is installed').choices(['ipi']).default('ipi'))
    .addHelpText('after', EXAMPLES)
    .action(inventory);
}

async function inventory(cluster: string, { lab, provisioner }: Flags): Promise<void> {
  const { plan } = (await planLabFile(lab)).result;
  if (plan) process.stdout.write(renderIpiInventory(plan, cluster, provisioner));
  else process.exitCode = 2;
}
