import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Whether a webhook of a Git host knows the secret: an HMAC of the body as GitHub, Gitea and Forgejo send it, or the secret
 * itself as GitLab does.
 *
 * @param headers by name in lower case.
 */
export function isSignedHook(headers: Readonly<Record<string, string>>, body: Uint8Array, secret: string): boolean {
  const wanted = createHmac('sha256', secret).update(body).digest('hex');
  const signature = headers['x-hub-signature-256']?.replace(/^sha256=/, '') ?? headers['x-gitea-signature'] ?? headers['x-forgejo-signature'];
  if (signature !== undefined) return isEqual(signature.toLowerCase(), wanted);
  const token = headers['x-gitlab-token'];
  return token !== undefined && isEqual(token, secret);
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
