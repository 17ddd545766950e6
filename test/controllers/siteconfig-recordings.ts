import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SiteconfigCase } from '../../src/rehearsal/replay/siteconfig/recording.ts';

/** Cases with Go templates of the user's own, or with the operator's image-based ones: our renderer knows the assisted ones only. */
export const CUSTOM_TEMPLATES: ReadonlySet<string> = new Set([
  'custom-templates',
  'image-based',
  'template-bad-yaml',
  'template-exec-error',
  'template-missing-namespace',
  'template-no-kind',
  'template-no-name',
  'template-number-name',
  'template-parse-error',
  'template-schema-error',
  'template-typed-string',
  'template-unknown-function',
  'template-unknown-kind',
]);

const recorded = process.env['LABWRIGHT_RECORDED'] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'recorded');
const folder = join(recorded, 'siteconfig');

/** Every recorded case in order of name; none, and why, where the recordings are missing. */
export function recordedCases(): { readonly cases: readonly SiteconfigCase[]; readonly skip: string | false } {
  if (!existsSync(folder) && process.env['CI'] !== 'true') return { cases: [], skip: 'no recordings beside the repository' };
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return { cases: files.toSorted().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as SiteconfigCase), skip: false };
}
