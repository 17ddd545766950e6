import { Command } from 'commander';
import { sitesRenderCommand } from './sites-render.ts';

const EXAMPLES = `
Examples:
  labwright sites render sno1/sites      what Argo CD would apply for sno1
`;

/** `labwright sites`: one file per subcommand. */
export function command(): Command {
  return new Command('sites').description('look at a repository of spokes before Argo CD does').addHelpText('after', EXAMPLES).addCommand(sitesRenderCommand());
}
