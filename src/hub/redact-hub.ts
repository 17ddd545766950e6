import { redact } from '../util/redact.ts';

/** Hides a pull secret in what a hub says: as a whole, base64 encoded, and each of its tokens and passwords (reference/ztp.md §2.10a.1). */
export function hubRedactor(pullSecret: string): (text: string) => string {
  const secrets = new Set([pullSecret, pullSecret.trim(), base64(pullSecret), base64(pullSecret.trim())]);
  for (const { auth } of authsOf(pullSecret)) {
    if (typeof auth !== 'string') continue;
    secrets.add(auth);
    const decoded = Buffer.from(auth, 'base64').toString();
    secrets.add(decoded);
    secrets.add(decoded.slice(decoded.indexOf(':') + 1));
  }
  const longestFirst = [...secrets].toSorted((a, b) => b.length - a.length);
  return (text) => redact(text, longestFirst);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function authsOf(pullSecret: string): readonly { readonly auth?: unknown }[] {
  try {
    const { auths } = JSON.parse(pullSecret) as { auths?: Record<string, { auth?: unknown } | null> };
    return Object.values(auths ?? {}).filter((entry) => entry !== null);
  } catch {
    return [];
  }
}
