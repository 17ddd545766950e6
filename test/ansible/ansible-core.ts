import { execFile } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PACKAGE = 'ansible-core==2.19.14';
const run = promisify(execFile);

/** What `ansible-inventory --list` prints: groups by name, and every host's variables with those of its groups. */
export interface ListedInventory {
  readonly [group: string]: { readonly hosts?: readonly string[]; readonly children?: readonly string[] };
}

export interface HostVars {
  readonly [host: string]: Readonly<Record<string, unknown>>;
}

/** The real Ansible's reading of inventory files. Its own virtual environment stands outside the tree, made once. */
export async function ansibleInventory(
  ...files: readonly string[]
): Promise<{ readonly groups: ListedInventory; readonly hostvars: HostVars; readonly stderr: string }> {
  const cwd = await installed();
  const env = { ...process.env, HOME: cwd, ANSIBLE_NOCOLOR: '1', ANSIBLE_INVENTORY_UNPARSED_FAILED: 'true', ANSIBLE_LOCALHOST_WARNING: 'false' };
  // In a folder and a home without an ansible.cfg of the user's.
  const args = ['--list', ...files.flatMap((file) => ['-i', file])];
  const { stdout, stderr } = await run(join(cwd, 'ansible-inventory'), args, { cwd, env, maxBuffer: 64 * 1024 * 1024 });
  const { _meta, ...groups } = JSON.parse(stdout) as ListedInventory & { readonly _meta: { readonly hostvars: HostVars } };
  return { groups, hostvars: _meta.hostvars, stderr };
}

async function installed(): Promise<string> {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'labwright', PACKAGE.replace('==', '-'));
  const ready = join(folder, 'ready');
  if (!existsSync(ready)) {
    rmSync(folder, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PACKAGE]);
    writeFileSync(ready, '');
  }
  return join(folder, 'bin');
}
