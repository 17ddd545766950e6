import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary folder that is made when somebody needs it. */
export function lazyFolder(prefix: string): { readonly path: () => Promise<string>; readonly remove: () => Promise<void> } {
  let made: Promise<string> | undefined;
  return {
    path: () => (made ??= mkdtemp(join(tmpdir(), prefix))),
    async remove() {
      if (made) await rm(await made, { recursive: true, force: true });
    },
  };
}
