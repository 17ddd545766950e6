import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { adminKubeconfig } from '../rehearsal/api/admin-kubeconfig.ts';
import { parseTokenFile } from '../rehearsal/api/parse-token-file.ts';
import { serveApi } from '../rehearsal/api/server.ts';
import { noTraffic } from '../rehearsal/clock/traffic.ts';
import { systemClock } from '../util/clock.ts';
import { LabwrightError } from '../util/errors.ts';
import { worldCommand } from './rehearsal-world.ts';

interface ServeOptions {
  readonly port: string;
  readonly kubeconfig: string;
  readonly tokenAuthFile?: string;
  readonly bare?: boolean;
}

const EXAMPLES = `
Examples:
  labwright rehearsal serve --port 6443 --kubeconfig hub.kubeconfig --bare
  kubectl --kubeconfig hub.kubeconfig get namespaces
`;

export function command(): Command {
  const root = new Command('rehearsal').description('a simulated hub that any Kubernetes client can talk to').addHelpText('after', EXAMPLES);
  root
    .command('serve')
    .description('serve until SIGINT or SIGTERM')
    .option('--port <port>', 'port on 127.0.0.1, 0 for any free one', '0')
    .requiredOption('--kubeconfig <file>', 'where to write the kubeconfig')
    .option('--token-auth-file <csv>', 'further tokens, as lines of token,name,uid,"groups"')
    .option('--bare', 'an API server without hub definitions and controllers')
    .addHelpText('after', EXAMPLES)
    .action(serve);
  root.addCommand(worldCommand(), { hidden: true });
  return root;
}

async function serve(options: ServeOptions): Promise<void> {
  if (options.bare !== true)
    throw new LabwrightError('bad_input', 'hub definitions and controllers are not there yet', { hint: 'pass --bare for an API server without them' });
  const token = randomBytes(24).toString('base64url');
  const more = options.tokenAuthFile === undefined ? [] : parseTokenFile(await readFile(options.tokenAuthFile, 'utf8'), options.tokenAuthFile);
  const admin = { token, user: 'admin', uid: 'admin', groups: ['system:masters'] };
  const server = await serveApi({ clock: systemClock, traffic: noTraffic, tokens: [admin, ...more] }, Number(options.port));
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await writeFile(options.kubeconfig, adminKubeconfig(server, { token }), { mode: 0o600 });
  process.stdout.write(`${server.url}\n`);
  await stopped;
  await server.close();
}
