import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createAuthority } from '../../src/rehearsal/api/access/certificate-authority.ts';
import { realSleep } from '../../src/util/clock.ts';
import { localExec } from '../../src/util/exec.ts';
import { listenOnLoopback } from '../../src/util/listen-on-loopback.ts';

const PACKAGES = [
  ['/usr/bin/skopeo', 'skopeo'],
  ['/usr/bin/docker-registry', 'docker-registry'],
  ['/usr/bin/htpasswd', 'apache2-utils'],
] as const;

/** Why these tests cannot run here; undefined once the programs are there. With CI=true nothing is left out. */
export async function registryObstacle(): Promise<string | undefined> {
  const missing = PACKAGES.filter(([file]) => !existsSync(file)).map(([, name]) => name);
  if (missing.length === 0) return undefined;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    if (process.env['CI'] === 'true') throw new Error(`CI has to have ${missing.join(', ')}`);
    return `needs ${missing.join(', ')}, or root on Debian to install it`;
  }
  // The package's own service is of no use here, and there may be a registry on its port.
  const install = `p=/usr/sbin/policy-rc.d; [ -e $p ] || { printf '#!/bin/sh\\nexit 101\\n' >$p; chmod 755 $p; trap "rm -f $p" EXIT; }
    i() { apt-get install --yes --quiet --no-install-recommends "$@"; }; i "$@" || { apt-get update --quiet && i "$@"; }`;
  await localExec(['flock', join(tmpdir(), 'lwbox-packages.lock'), 'sh', '-c', install, 'sh', ...missing], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  return undefined;
}

export interface RealRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly ca: string;
}

/** Debian's docker-registry on loopback, with a certificate; with a login when one is given. */
export async function startRealRegistry(t: TestContext, login?: { readonly username: string; readonly password: string }): Promise<RealRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'labwright-registry-'));
  const authority = await createAuthority('test registry CA', Date.now());
  const { cert, key } = await authority.server('127.0.0.1');
  const port = await freePort();
  const path = (name: string): string => join(folder, name);
  await Promise.all([writeFile(path('cert.pem'), cert), writeFile(path('key.pem'), key, { mode: 0o600 })]);
  if (login) execFileSync('htpasswd', ['-cbB', path('htpasswd'), login.username, login.password], { stdio: 'ignore' });
  const config = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: path('data') } },
    http: { addr: `127.0.0.1:${port}`, tls: { certificate: path('cert.pem'), key: path('key.pem') } },
    ...(login && { auth: { htpasswd: { realm: 'lab', path: path('htpasswd') } } }),
  };
  await writeFile(path('config.yml'), JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', path('config.yml')], { stdio: 'ignore' });
  t.after(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill()) await ended;
    await rm(folder, { recursive: true, force: true });
  });
  for (let tries = 0; ; tries++) {
    const up = await localExec(['curl', '--silent', '--cacert', '/dev/null', '--insecure', `https://127.0.0.1:${port}/v2/`], { okExitCodes: [0, 7, 35, 77] });
    if (up.exitCode === 0) break;
    if (tries > 200) throw new Error('docker-registry does not come up');
    await realSleep(50);
  }
  return { host: `127.0.0.1:${port}`, ca: authority.ca };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
