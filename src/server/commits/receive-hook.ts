import type { ServerRoute } from '../handle.ts';
import { HttpError } from '../http-error.ts';
import { notify } from '../live/changes.ts';
import { readBody } from '../read-body.ts';
import { isSignedHook } from './hook-signature.ts';

/** Where a Git host sends its push events. */
export const COMMITS_HOOK_PATH = '/api/labwright/v1/commits-hook';

/**
 * `POST` by a Git host: something was pushed. Only a hint: whoever follows a branch asks the repository itself what it is now,
 * so that nothing in the event needs to be believed.
 */
export const receiveHookRoute: ServerRoute = {
  method: 'POST',
  path: COMMITS_HOOK_PATH,
  async respond(deps, context) {
    const body = await readBody(context);
    if (!isSignedHook(context.req.header(), body, deps.hookSecret)) {
      throw new HttpError(
        401,
        'the webhook is not signed with the secret of this server',
        {},
        { hint: 'give the Git host the content of hook-secret in the data directory' },
      );
    }
    await notify(deps.pool, { kind: 'commits' });
    return context.json({ accepted: true }, 202);
  },
};
