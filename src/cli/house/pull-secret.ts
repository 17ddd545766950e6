import { LabwrightError } from '../../util/errors.ts';
import { readTextFile } from '../../util/read-text-file.ts';

/** A pull secret's text. @throws LabwrightError `bad_input`; never with what the file holds. */
export async function readPullSecret(path: string): Promise<string> {
  const hint = 'download it from console.redhat.com/openshift/install/pull-secret';
  const text = (await readTextFile(path, { maxBytes: 1024 * 1024, hint })).trim();
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'auths' in value) return text;
  } catch {
    // Said below: a JSON error would quote the secret.
  }
  throw new LabwrightError('bad_input', `${path}: this is not a pull secret: JSON with a key "auths" is`, { hint });
}
