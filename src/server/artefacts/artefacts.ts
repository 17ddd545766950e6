import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { newUuid } from '../../util/ids.ts';
import { LabwrightError } from '../../util/errors.ts';

/** Where contents are kept: a folder here, an object store elsewhere. Keys are relative paths made by us. */
export interface Artefacts {
  /** Stores all of `content` or nothing; on disk (synced) before it returns. @returns its size in bytes. */
  write(key: string, content: AsyncIterable<Uint8Array> | Uint8Array | string): Promise<number>;
  /** @throws LabwrightError `not_found` */
  readText(key: string): Promise<string>;
  /** @throws LabwrightError `not_found` */
  open(key: string): Promise<Readable>;
  remove(key: string): Promise<void>;
}

/** A folder of files that only our account can read: outputs are kubeconfigs and passwords. */
export async function createFolderArtefacts(folder: string): Promise<Artefacts> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  return {
    async write(key, content) {
      const path = join(folder, key);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const draft = `${path}.${newUuid()}.tmp`;
      try {
        await pipeline(
          Readable.from(typeof content === 'string' || content instanceof Uint8Array ? [Buffer.from(content)] : content),
          createWriteStream(draft, { mode: 0o600, flags: 'wx' }),
        );
        await sync(draft);
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
      return (await stat(path)).size;
    },
    async readText(key) {
      await mustExist(folder, key);
      return readFile(join(folder, key), 'utf8');
    },
    async open(key) {
      await mustExist(folder, key);
      return createReadStream(join(folder, key));
    },
    async remove(key) {
      await rm(join(folder, key), { force: true });
    },
  };
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function mustExist(folder: string, key: string): Promise<void> {
  try {
    await stat(join(folder, key));
  } catch (error) {
    throw new LabwrightError('not_found', `the content of ${key} is gone`, { cause: error });
  }
}
