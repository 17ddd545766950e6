import { createHash, type Hash } from 'node:crypto';
import type { Context } from 'hono';
import { EVERY_ACCOUNT } from '../../../contract/route.ts';
import { newUuid } from '../../../util/ids.ts';
import { authenticate } from '../../auth/authenticate.ts';
import type { Known } from '../../auth/principal.ts';
import { mustBeAllowed, signedRequest } from '../../handle.ts';
import { HttpError } from '../../http-error.ts';
import type { ServerDeps } from '../../server-deps.ts';

export interface Upload {
  /** Where its content is. */
  readonly artefact: string;
  readonly size: number;
  readonly md5: string;
}

/**
 * Takes an upload of any size: its content goes to the artefacts as it comes and is hashed on the way, because the signature
 * covers it; only then is it known who sent it. When `work` throws, the content is taken away again.
 */
export async function receiveUpload<T>(deps: ServerDeps, context: Context, work: (caller: Known, upload: Upload) => Promise<T>): Promise<T> {
  if (context.req.header('authorization') === undefined) throw new HttpError(401, 'Authorization header missing');
  const artefact = `files/${newUuid()}`;
  const hashes = [createHash('sha256'), createHash('md5')] as const;
  const size = await deps.artefacts.write(artefact, hashed(bodyOf(context), hashes));
  try {
    const principal = await authenticate(deps, signedRequest(context, hashes[0].digest('hex')));
    mustBeAllowed(EVERY_ACCOUNT, principal);
    return await work(principal, { artefact, size, md5: hashes[1].digest('hex') });
  } catch (error) {
    await deps.artefacts.remove(artefact);
    throw error;
  }
}

/** A form is not a file: the original stores it empty. */
async function* bodyOf(context: Context): AsyncGenerator<Uint8Array, void> {
  const isForm = /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/.test(context.req.header('content-type') ?? '');
  if (!context.req.raw.body) return;
  for await (const chunk of context.req.raw.body) if (!isForm) yield chunk;
}

async function* hashed(content: AsyncIterable<Uint8Array>, hashes: readonly Hash[]): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of content) {
    for (const hash of hashes) hash.update(chunk);
    yield chunk;
  }
}
