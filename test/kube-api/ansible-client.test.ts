import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/util/package-root.ts';
import { pythonEnvironment } from './python-environment.ts';
import { recorded } from './recorded-scenarios.ts';

const run = promisify(execFile);
/** The package that carries Ansible's collections; 500 MB when it is installed whole. */
const COLLECTIONS = 'ansible==12.3.0';
const COLLECTION = 'ansible_collections/kubernetes/core/';

function ansible(): Promise<string> {
  return pythonEnvironment('ansible-kubernetes-12.3.0', ['ansible-core==2.19.14', 'kubernetes==37.0.2', 'jsonpatch==1.33'], async (python, folder) => {
    const wheels = join(folder, 'wheels');
    await run(python, ['-m', 'pip', 'download', '--quiet', '--no-deps', '--disable-pip-version-check', '--dest', wheels, COLLECTIONS]);
    const unpack = `import glob, sys, zipfile
for wheel in glob.glob(sys.argv[1] + '/*.whl'):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(sys.argv[2], [name for name in archive.namelist() if name.startswith(sys.argv[3])])`;
    await run(python, ['-c', unpack, wheels, join(folder, 'collections'), COLLECTION]);
    rmSync(wheels, { recursive: true });
  });
}

// With the real definitions where they are at hand: what Ansible then meets is what it meets on a hub.
const crds = join(recorded, '..', 'crds');

test('Ansible’s kubernetes.core creates, applies, patches, waits for and deletes a ClusterInstance on a served hub', async () => {
  const environment = await ansible();
  const folder = mkdtempSync(join(tmpdir(), 'labwright-ansible-'));
  const kubeconfig = join(folder, 'hub.kubeconfig');
  const main = join(packageRoot(), 'src/cli/main.ts');
  const definitions = existsSync(crds) ? ['--crds', crds] : [];
  const hub = spawn(process.execPath, [main, 'rehearsal', 'serve', '--kubeconfig', kubeconfig, ...definitions], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(hub, 'exit');
  try {
    await once(createInterface({ input: hub.stdout }), 'line');
    const env = {
      ...process.env,
      HOME: folder,
      K8S_AUTH_KUBECONFIG: kubeconfig,
      ANSIBLE_COLLECTIONS_PATH: join(environment, 'collections'),
      ANSIBLE_NOCOLOR: '1',
      ANSIBLE_LOCALHOST_WARNING: 'false',
    };
    const result = join(folder, 'result.json');
    const given = JSON.stringify({ result, ansible_python_interpreter: join(environment, 'bin/python') });
    const playbook = join(import.meta.dirname, 'ansible-client.yml');
    await run(join(environment, 'bin/ansible-playbook'), ['-i', 'localhost,', '--extra-vars', given, playbook], { cwd: folder, env }).catch(
      (error: { readonly stdout: string }) => assert.fail(error.stdout),
    );
    const { refused, ...seen } = JSON.parse(readFileSync(result, 'utf8')) as Record<string, unknown>;
    assert.deepEqual(seen, {
      created: [true, 'master'],
      again: false,
      managers: ['ansible', 'OpenAPI-Generator'],
      patched: 'ssh-ed25519 AAAA',
      jsonPatched: 'other.pretty.lab',
      waited: 'Failed',
      deleted: true,
      left: 0,
    });
    assert.match(String(refused), /ClusterInstance.*spec\.nodes.*must be of type array/);
  } finally {
    hub.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
});
