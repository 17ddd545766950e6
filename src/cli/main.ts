import type { Command } from 'commander';
import { exitCodeOf } from '../util/errors.ts';
import { printError } from './print-error.ts';
import { quietPipes } from './quiet-pipes.ts';

/** Loads a command's own module, and commander with it, only when it is called: `--help` pays for neither. */
interface LazyCommand {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: () => Command }>;
}

const COMMANDS: readonly LazyCommand[] = [
  { name: 'lab', summary: 'plan, apply, inspect and destroy a lab', load: () => import('./lab.ts') },
  { name: 'up', summary: 'run a control server and an agent on this machine', load: () => import('./up.ts') },
  { name: 'rehearse', summary: 'run a pipeline against a simulated lab, in seconds', load: () => import('./rehearse.ts') },
  { name: 'cluster', summary: 'say why a cluster is not there yet, or failed', load: () => import('./cluster.ts') },
  { name: 'clusterinstance', summary: 'see what a ClusterInstance becomes, without a hub', load: () => import('./clusterinstance.ts') },
  { name: 'sites', summary: 'see what a repository of spokes gives, without a hub', load: () => import('./sites.ts') },
  { name: 'mirror', summary: 'list what a lab without a way out must hold', load: () => import('./mirror.ts') },
  { name: 'server', summary: 'run a control server alone, for agents elsewhere', load: () => import('./server.ts') },
  { name: 'agent', summary: 'run a lab’s agent against a control server elsewhere', load: () => import('./agent.ts') },
  { name: 'rehearsal', summary: 'serve a simulated hub to any Kubernetes client', load: () => import('./rehearsal.ts') },
];

const EXAMPLES = [
  'labwright lab plan examples/pretty-lab',
  'labwright rehearse examples/pretty-lab/daily.yml',
  'labwright rehearsal serve --port 6443 --kubeconfig hub.kubeconfig --bare',
];

async function main(argv: readonly string[]): Promise<void> {
  const [first, ...rest] = argv;
  switch (first) {
    case '-h':
    case '--help':
      process.stdout.write(help());
      return;
    case '-V':
    case '--version':
      process.stdout.write(`${(await import('../../package.json', { with: { type: 'json' } })).default.version}\n`);
      return;
    case undefined:
      process.stderr.write(help());
      process.exitCode = 2;
      return;
    case 'help':
      return main(rest.length > 0 ? [...rest, '--help'] : ['--help']);
    default:
  }
  const { runCommand, unknownCommand } = await import('./run-command.ts');
  const wanted = COMMANDS.find(({ name }) => name === first);
  if (!wanted)
    throw unknownCommand(
      first,
      COMMANDS.map(({ name }) => name),
    );
  const { command } = await wanted.load();
  await runCommand(command().name(`labwright ${wanted.name}`), rest);
}

function help(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return `labwright: a rack of servers becomes a farm of OpenShift clusters that CI uses.

Usage: labwright COMMAND [options]

Commands:
${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n')}

Options:
  -h, --help     this text; after a command, what it does and takes
  -V, --version  the version

Examples:
${EXAMPLES.map((line) => `  ${line}`).join('\n')}

Exit codes: 0 done, 1 it was tried and failed, 2 a mistake in the input, 130 interrupted.
`;
}

quietPipes();
main(process.argv.slice(2)).catch((error: unknown) => {
  process.exitCode = exitCodeOf(error);
  printError(error);
});
