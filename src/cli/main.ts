import { Command } from 'commander';
import { exitCodeOf } from '../util/errors.ts';
import { printError } from './print-error.ts';

/** Loads a command's own module only when it is called: `--help` must not pay for the server. */
interface LazyCommand {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: () => Command }>;
}

const COMMANDS: readonly LazyCommand[] = [
  { name: 'lab', summary: 'plan, apply, inspect and destroy a lab', load: () => import('./lab.ts') },
  { name: 'rehearsal', summary: 'serve a simulated hub to any Kubernetes client', load: () => import('./rehearsal.ts') },
];

const EXAMPLES = `
Examples:
  labwright lab plan examples/pretty-lab
  labwright rehearsal serve --port 6443 --kubeconfig hub.kubeconfig --bare
`;

async function main(argv: readonly string[]): Promise<void> {
  const wanted = COMMANDS.find(({ name }) => name === argv[0]);
  if (wanted !== undefined) {
    const { command } = await wanted.load();
    await command().name(`labwright ${wanted.name}`).parseAsync(argv.slice(1), { from: 'user' });
    return;
  }
  const program = new Command('labwright')
    .description('A rack of servers becomes a farm of OpenShift clusters that CI uses.')
    .version('0.1.0')
    .addHelpText('after', EXAMPLES);
  for (const { name, summary } of COMMANDS) program.command(name).description(summary);
  await program.parseAsync(argv, { from: 'user' });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.exitCode = exitCodeOf(error);
  printError(error);
});
