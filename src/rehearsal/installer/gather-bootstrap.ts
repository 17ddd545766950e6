import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localExec } from '../../util/exec.ts';
import type { Task } from './install-folder.ts';

/** `gather bootstrap`: an archive as the real one leaves it, with one of its journals; guests of a rehearsal have none to tell of. */
export async function gatherBootstrap({ dir, say }: Task): Promise<void> {
  const at = await mkdtemp(join(tmpdir(), 'labwright-log-bundle-'));
  try {
    const journals = join(at, 'log-bundle-bootstrap/bootstrap/journals');
    await mkdir(journals, { recursive: true });
    await mkdir(dir, { recursive: true });
    await writeFile(join(journals, 'bootkube.log'), 'bootkube.sh: a rehearsed bootstrap waits for its control plane\n');
    await localExec(['tar', '-C', at, '-czf', join(dir, 'log-bundle-bootstrap.tar.gz'), 'log-bundle-bootstrap']);
    say(`Bootstrap gather logs captured here "${join(dir, 'log-bundle-bootstrap.tar.gz')}"`);
  } finally {
    await rm(at, { recursive: true, force: true });
  }
}
