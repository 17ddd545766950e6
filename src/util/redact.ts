const PATTERNS: readonly RegExp[] = [
  /(Authorization:\s*(?:Basic|Bearer)\s+)[^\s"']+/gi,
  /("auth"\s*:\s*")[^"]+/g,
  /((?:password|passwd|api_secret|secret_key|token)["']?\s*[:=]\s*["']?)[^\s"',}]{4,}/gi,
  // The key of an installation's image, in its URL.
  /(\/by(?:apikey|token)\/)[^\s/"']+/g,
  /(\/\/[^/\s:@]+:)[^@\s/]+(?=@)/g,
];

/** Text with every known secret, and whatever looks like one, replaced. Values shorter than 4 characters are left: they would hide half the log. */
export function redact(text: string, secrets: Iterable<string> = []): string {
  let result = text;
  for (const secret of secrets) {
    if (secret.length >= 4) result = result.replaceAll(secret, '«redacted»');
  }
  for (const pattern of PATTERNS) result = result.replace(pattern, '$1«redacted»');
  return result;
}
