import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { createLog } from '../util/log.ts';
import { defaultDataDir } from './house/default-data-dir.ts';
import { lockDataDir } from './house/lock-data-dir.ts';
import { makeDataDir, openHouse } from './house/open-house.ts';
import { interruptSignal } from './interrupt-signal.ts';
import { portNumber } from './options.ts';
import { untilAborted } from '../util/until-aborted.ts';

interface ServerOptions {
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly databaseUrl?: string;
}

const EXAMPLES = `
It speaks DCI's API on /api/v1 and serves a page of its runs on /; the link it prints opens the page without an account. The
administrator's first password is in admin-password of the data directory. It ends cleanly on Ctrl-C or SIGTERM; running jobs go
on, and their agents deliver when it is back.

Examples:
  labwright server                                    on 127.0.0.1:8420, with its own database
  labwright server --host 0.0.0.0 --port 5000         for agents on other machines; put TLS in front of it
  labwright server --database-url postgresql://labwright@db/labwright
                                                      one of several servers on one PostgreSQL
`;

/** `labwright server`. */
export function command(): Command {
  return new Command('server')
    .description('run a control server until Ctrl-C')
    .option('--port <port>', 'port to listen on, 0 for any free one', portNumber, 8420)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--data <dir>', 'where everything is kept', defaultDataDir())
    .option('--database-url <url>', 'another PostgreSQL than the embedded one (default: DATABASE_URL)')
    .addHelpText('after', EXAMPLES)
    .action(serve);
}

async function serve(options: ServerOptions): Promise<void> {
  const signal = interruptSignal();
  const dataDir = resolve(options.data);
  await makeDataDir(dataDir);
  const unlock = await lockDataDir(dataDir);
  try {
    const { port, host, databaseUrl } = options;
    await using house = await openHouse({ dataDir, port, host, databaseUrl, log: createLog('labwright', join(dataDir, 'labwright.log')) });
    process.stdout.write(`control server  ${house.server.pageUrl}\ndata directory  ${dataDir}\n`);
    await untilAborted(signal);
  } finally {
    await unlock();
  }
}
