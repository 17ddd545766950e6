// What a newcomer sees first: a control server with everything embedded, and the example lab's daily pipeline rehearsed on it.
// npm start -- --once ends when the rehearsal has; other options go to `labwright up`, as --seed 7 or --fault bmc-password.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './tasks.ts';

const args = [join(root, 'bin/labwright.js'), 'up', '--rehearse', join(root, 'examples/pretty-lab/daily.yml'), ...process.argv.slice(2)];
const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
// A terminal's Ctrl-C reaches the child by itself too; it takes both for one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => (process.exitCode = code ?? 1));
