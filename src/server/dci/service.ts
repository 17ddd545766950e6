import type { ServerRoute } from '../handle.ts';

const welcome = { _status: 'OK', message: 'Distributed CI.' };

/** What monitoring asks for; no account needed. */
export const serviceRoutes: readonly ServerRoute[] = [
  { method: 'GET', path: '/api/v1', respond: () => Promise.resolve(Response.json(welcome)) },
  { method: 'GET', path: '/api/v2', respond: () => Promise.resolve(Response.json({ ...welcome, version: '2' })) },
];
