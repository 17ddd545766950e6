import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SiteconfigCase } from '../../src/rehearsal/replay/siteconfig/recording.ts';

const recorded = process.env['LABWRIGHT_RECORDED'] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'recorded');
const folder = join(recorded, 'siteconfig');

/** Every recorded case in order of name; none, and why, where the recordings are missing. */
export function recordedCases(): { readonly cases: readonly SiteconfigCase[]; readonly skip: string | false } {
  if (!existsSync(folder) && process.env['CI'] !== 'true') return { cases: [], skip: 'no recordings beside the repository' };
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return { cases: files.toSorted().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as SiteconfigCase), skip: false };
}
