import { Command } from 'commander';
import { clusterInstanceExpandCommand } from './clusterinstance-expand.ts';

const EXAMPLES = `
Examples:
  labwright clusterinstance expand sno1.yml --json      the objects that install sno1
`;

/** `labwright clusterinstance`: one file per subcommand. */
export function command(): Command {
  return new Command('clusterinstance')
    .description('look at a ClusterInstance before a hub sees it')
    .addHelpText('after', EXAMPLES)
    .addCommand(clusterInstanceExpandCommand());
}
