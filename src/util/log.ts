import { pino, type Logger } from 'pino';

export type Log = Logger;

/** One JSON line per event on stderr; stdout belongs to what was asked for. `LABWRIGHT_LOG` sets the level (default warn). */
export function createLog(name: string): Log {
  return pino({ name, level: process.env['LABWRIGHT_LOG'] ?? 'warn' }, pino.destination({ dest: 2, sync: true }));
}
