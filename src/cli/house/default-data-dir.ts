import { homedir } from 'node:os';
import { join } from 'node:path';

/** `/var/lib/labwright` for root, whose home PostgreSQL's account may not enter; else XDG's data folder. */
export function defaultDataDir(): string {
  if (process.getuid?.() === 0) return '/var/lib/labwright';
  return join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local/share'), 'labwright');
}
