import { Command } from 'commander';
import { clusterExplainCommand } from './cluster-explain.ts';

const EXAMPLES = `
Examples:
  labwright cluster explain sno1                                    of the control server on this machine
  labwright cluster explain sno1 --hub-kubeconfig hub.kubeconfig    as its hub says now
`;

/** `labwright cluster`: one file per subcommand. */
export function command(): Command {
  return new Command('cluster').description('ask about one cluster').addHelpText('after', EXAMPLES).addCommand(clusterExplainCommand());
}
