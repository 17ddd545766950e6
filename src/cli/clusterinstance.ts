import { Command } from 'commander';
import { clusterInstanceCheckCommand } from './clusterinstance-check.ts';
import { clusterInstanceConvertCommand } from './clusterinstance-convert.ts';
import { clusterInstanceExpandCommand } from './clusterinstance-expand.ts';

const EXAMPLES = `
Examples:
  labwright clusterinstance expand sno1.yml --json      the objects that install sno1
  labwright clusterinstance check sno1.yml --json       what speaks against it, before a hub sees it
  labwright clusterinstance convert siteconfig.yml      a SiteConfig as ClusterInstances
`;

/** `labwright clusterinstance`: one file per subcommand. */
export function command(): Command {
  return new Command('clusterinstance')
    .description('look at a ClusterInstance before a hub sees it')
    .addHelpText('after', EXAMPLES)
    .addCommand(clusterInstanceCheckCommand())
    .addCommand(clusterInstanceConvertCommand())
    .addCommand(clusterInstanceExpandCommand());
}
