import { pino, type Logger } from 'pino';

export type Log = Logger;

/**
 * One JSON line per event on stderr, or at the end of a file; stdout belongs to what was asked for.
 * `LABWRIGHT_LOG` sets the level (default warn).
 */
export function createLog(name: string, file?: string): Log {
  return pino({ name, level: process.env['LABWRIGHT_LOG'] ?? 'warn' }, pino.destination({ dest: file ?? 2, sync: true, append: true, mode: 0o600 }));
}
