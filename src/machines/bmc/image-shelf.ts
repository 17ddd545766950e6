import type { LabPlan } from '../../lab/plan.ts';
import type { Exec } from '../../util/exec.ts';
import { createTurns } from '../../util/in-turn.ts';
import { readOverride, writeOverride } from './domain-override.ts';
import { emptyDrive, fetchImage, loadDrive, placeImage, removeUnusedImage, type FetchedImage } from './virtual-media.ts';

/** The images that the machines of each server have in their drives. */
export interface ImageShelf {
  /** Puts the image at `url` into a machine's drive, in place of what is there. */
  insert(server: string, exec: Exec, domain: string, url: string): Promise<void>;
  /** Empties a machine's drive; an empty one is fine. */
  eject(server: string, exec: Exec, domain: string): Promise<void>;
}

/**
 * Keeps one file per image and server, named by its content, for as long as a machine there has it in its drive.
 *
 * A download that several machines want at once is made once. Taking a file away and putting it to use are done one after
 * the other on a server, so that no machine finds its image gone.
 */
export function createImageShelf(deps: { readonly plan: LabPlan; readonly verifyImageTls: boolean }): ImageShelf {
  const downloads = new Map<string, Promise<FetchedImage>>();
  const inTurn = createTurns();

  function download(server: string, exec: Exec, url: string): Promise<FetchedImage> {
    const key = `${server} ${url}`;
    const running = downloads.get(key);
    if (running) return running;
    const started = fetchImage(exec, deps.plan, url, { verifyTls: deps.verifyImageTls }).finally(() => downloads.delete(key));
    downloads.set(key, started);
    return started;
  }

  return {
    async insert(server, exec, domain, url) {
      const load = async (image: FetchedImage): Promise<boolean> => {
        // Whoever shared the download may have put it in its place, and ejected it already.
        if (!(await placeImage(exec, image))) return false;
        const before = await readOverride(exec, domain);
        await loadDrive(exec, domain, image.file);
        await writeOverride(exec, domain, { ...before, image: url, file: image.file });
        if (before.file !== undefined && before.file !== image.file) await removeUnusedImage(exec, before.file);
        return true;
      };
      for (;;) {
        const image = await download(server, exec, url);
        if (await inTurn(server, () => load(image))) return;
      }
    },
    eject: (server, exec, domain) =>
      inTurn(server, async () => {
        const override = await readOverride(exec, domain);
        if (override.file === undefined) return;
        await writeOverride(exec, domain, { ...override, image: undefined, file: undefined });
        await emptyDrive(exec, domain);
        await removeUnusedImage(exec, override.file);
      }),
  };
}
