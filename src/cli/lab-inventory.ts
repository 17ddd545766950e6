import { resolve } from 'node:path';
import { Argument, Command, Option } from 'commander';
import { METHODS, type Method } from '../render/inventory/agent-variable.ts';
import { renderInventory } from '../render/inventory/render-inventory.ts';
import { LabwrightError } from '../util/errors.ts';
import { printInventoryCheck } from './check-inventory.ts';
import { planLabFile } from './plan-lab-file.ts';
import { readInventoryFiles } from './read-inventory-files.ts';
import { readAgentVars } from './read-agent-vars.ts';
import { defaultDataDir } from './house/default-data-dir.ts';
import { writeBmcPasswords } from './write-bmc-passwords.ts';

const EXAMPLES = `
The format is that of the cluster's install method: ipi; upi; sno for sno-in-place; abi for abi and assisted. What a plan does not know (proxy, registry,
web server, other clocks) comes from --vars, a YAML file of the agent's variables. BMC passwords are not printed: Ansible looks them up when it runs, a VM's
in LABWRIGHT_BMC_PASSWORD_CLUSTER1_MASTER_0 (the machine's name; --bmc-passwords writes a file that sets them), a host's in its password file.
--check says for each variable of the agent whether it is needed and whether the inventory has it: the one that would be printed, or files of anybody's,
INI or YAML, or folders with group_vars and host_vars. Exit codes of a check: 0 complete, 1 something is missing or wrong, 2 no inventory.

Examples:
  labwright lab inventory cluster1 --lab my-lab > hosts.yml
  labwright lab inventory cluster1 --lab my-lab --vars proxy.yml --format ipi --provisioner 192.168.21.5
  labwright lab inventory cluster1 --lab my-lab --bmc-passwords ~/cluster1.env > hosts.yml
  labwright lab inventory cluster1 --lab my-lab --check
  labwright lab inventory --check hosts group_vars.yml --format sno
`;

interface Flags {
  readonly lab: string;
  readonly provisioner?: string;
  readonly vars?: string;
  readonly bmcPasswords?: string;
  readonly data: string;
  readonly check?: true | readonly string[];
  readonly format?: Method;
  readonly json?: boolean;
}

/** `labwright lab inventory CLUSTER`, `labwright lab inventory --check FILE…`. */
export function labInventoryCommand(): Command {
  return new Command('inventory')
    .description("print a cluster's Ansible inventory for dci-openshift-agent, or check one; contacts and writes nothing")
    .addArgument(new Argument('[cluster]', 'a cluster of the lab'))
    .option('--lab <path>', 'a lab file, or a folder with lab.yml in it', '.')
    .option('--provisioner <address>', 'the machine that the IPI installer runs on, where the cluster has none of its own')
    .option('--vars <file>', 'more variables for the agent, which win over those of the plan')
    .option('--bmc-passwords <file>', "write the BMC passwords of the cluster's VMs there, mode 0600, for a shell to source before Ansible")
    .option('--data <dir>', "with --bmc-passwords: where the lab's agent keeps its secret", defaultDataDir())
    .option('--check [files...]', 'compare with what the agent reads: these files, or what would be printed')
    .addOption(new Option('--format <format>', 'how the cluster is installed (default: as the lab file or the inventory says)').choices(METHODS))
    .option('--json', 'with --check: print it as JSON')
    .addHelpText('after', EXAMPLES)
    .action(inventory);
}

async function inventory(cluster: string | undefined, { lab, provisioner, vars: varsFile, bmcPasswords, data, check, format, json }: Flags): Promise<void> {
  if (Array.isArray(check)) {
    if (cluster !== undefined)
      throw new LabwrightError('bad_input', `is ${cluster} a cluster or a file?`, { hint: 'name files after --check, or a cluster without files' });
    const hint = 'name an inventory: --check hosts.yml, or a cluster before --check';
    printInventoryCheck(await readInventoryFiles(check, hint), { method: format, json: json === true });
    return;
  }
  if (cluster === undefined) throw new LabwrightError('bad_input', 'which cluster?', { hint: 'name one of the lab, or files: --check FILE' });
  const vars = varsFile === undefined ? {} : await readAgentVars(varsFile);
  const { plan } = (await planLabFile(lab)).result;
  if (!plan || !vars) {
    process.exitCode = 2;
    return;
  }
  if (bmcPasswords !== undefined) {
    // Loaded only here: it brings the whole server along.
    const { agentDir } = await import('./house/open-house.ts');
    await writeBmcPasswords(bmcPasswords, plan, cluster, agentDir(resolve(data)));
  }
  const text = renderInventory(plan, cluster, { provisioner, vars, format });
  if (check) printInventoryCheck([{ path: `${cluster}.yml`, text }], { method: format, json: json === true });
  else process.stdout.write(text);
}
