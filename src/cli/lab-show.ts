import { Command, Option } from 'commander';
import { renderLabDot } from '../render/picture/lab-dot.ts';
import { renderLabSvg } from '../render/picture/lab-svg.ts';
import { planLabFile } from './plan-lab-file.ts';

const EXAMPLES = `
Examples:
  labwright lab show my-lab > my-lab.svg                         for a browser
  labwright lab show my-lab --format dot | dot -Tpdf > lab.pdf   for Graphviz
`;

/** `labwright lab show PATH`. */
export function labShowCommand(): Command {
  return new Command('show')
    .description('draw a lab: jumphost, networks, servers with their VMs, bare-metal hosts, clusters, and who has which address; contacts and writes nothing')
    .argument('<path>', 'a lab file, or a folder with lab.yml in it')
    .addOption(new Option('--format <format>', 'what to draw with').choices(['svg', 'dot']).default('svg'))
    .addHelpText('after', EXAMPLES)
    .action(show);
}

async function show(path: string, { format }: { readonly format: 'svg' | 'dot' }): Promise<void> {
  const { plan } = (await planLabFile(path)).result;
  if (plan) process.stdout.write(format === 'svg' ? renderLabSvg(plan) : renderLabDot(plan));
  else process.exitCode = 2;
}
